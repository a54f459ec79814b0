# Reference figures of tests/reference/rate_ratio.json: exact intervals of rate ratios, one-sided Fisher tests.
# Rscript benchmarks/r/rate_ratio.R > tests/reference/rate_ratio.json     (base R only)
pairs <- list(c(5, 2, 1, 1), c(12, 3, 100, 80), c(0, 4, 10, 12), c(7, 0, 3, 5), c(40, 55, 1.5, 2.5), c(1, 1, 1, 1), c(300, 200, 900, 950))
rows <- sapply(pairs, function(x) {
  low <- poisson.test(x[1:2], x[3:4])$conf.int
  less <- poisson.test(x[1:2], x[3:4], alternative = "less")$p.value
  more <- poisson.test(x[1:2], x[3:4], alternative = "greater")$p.value
  high <- if (is.finite(low[2])) sprintf("%.15g", low[2]) else '"inf"'
  sprintf('[%g, %g, %g, %g, %.15g, %s, %.15g]', x[1], x[2], x[3], x[4], low[1], high, min(1, 2 * min(less, more)))
})
tables <- list(c(8, 2, 1, 9), c(3, 17, 20, 160), c(0, 5, 5, 10), c(12, 0, 3, 85), c(1, 1, 1, 1), c(25, 75, 40, 860))
tests <- sapply(tables, function(x) {
  m <- matrix(x, nrow = 2, byrow = TRUE)
  sprintf('[%g, %g, %g, %g, %.15g]', x[1], x[2], x[3], x[4], fisher.test(m, alternative = "greater")$p.value)
})
cat('{"rate_ratios": [', paste(rows, collapse = ", "), '],\n "fisher": [', paste(tests, collapse = ", "), ']}\n', sep = "")
