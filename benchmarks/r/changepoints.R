# Reference segments and rank correlations for tests/test_stats_changepoints.py and tests/test_stats_trend.py.
#   Rscript benchmarks/r/changepoints.R OUT_DIR
# Writes changepoints.json (strucchange's breakpoints for each number of changes) and trends.json (cor.test, kendall).
suppressMessages(library(strucchange))
out <- commandArgs(TRUE)[1]
set.seed(20260105)
number <- function(x) paste0("[", paste(ifelse(is.na(x), "null", format(x, digits = 15, trim = TRUE)), collapse = ","), "]")

step <- function(n, at, sizes, noise) {
  level <- rep(0, n)
  for (i in seq_along(at)) level[(at[i] + 1):n] <- level[(at[i] + 1):n] + sizes[i]
  round(level + noise, 4)
}
series <- list(
  gaussian = step(90, c(30, 60), c(2, -1.5), rnorm(90)),
  heavy = step(120, 70, 3, rt(120, 3)),
  unchanged = round(rt(80, 3), 4),
  three = step(150, c(40, 80, 120), c(3, 2, -4), rnorm(150))
)
rows <- character()
for (name in names(series)) for (share in c(0.1, 0.2)) {
  y <- series[[name]]
  found <- breakpoints(y ~ 1, h = share)
  most <- nrow(summary(found)$breakpoints)
  parts <- sapply(seq_len(min(most, 4)), function(m) number(breakpoints(found, breaks = m)$breakpoints))
  rows <- c(rows, sprintf('{"series":"%s","share":%g,"values":%s,"segments":[%s]}', name, share, number(y), paste(parts, collapse = ",")))
}
writeLines(paste0("[", paste(rows, collapse = ",\n"), "]"), file.path(out, "changepoints.json"))

trend <- function(n, slope, digits) round(slope * seq_len(n) + rnorm(n), digits)
cases <- list(
  short = trend(6, 0.5, 6), nine = trend(9, -0.2, 6), forty = trend(40, 0.02, 6), hundred = trend(100, 0.01, 6),
  ties = trend(30, 0.05, 0), many_ties = trend(60, 0, 0), unit = trend(49, 0.03, 6), fifty = trend(50, 0.03, 6)
)
rows <- character()
for (name in names(cases)) {
  y <- cases[[name]]
  t <- seq_along(y)
  exact <- length(y) < 50 && !any(duplicated(y))
  test <- suppressWarnings(cor.test(t, y, method = "kendall", exact = exact, continuity = !exact))
  row <- '{"series":"%s","exact":%s,"values":%s,"tau":%.15g,"p":%.15g}'
  rows <- c(rows, sprintf(row, name, tolower(exact), number(y), test$estimate, test$p.value))
}
writeLines(paste0("[", paste(rows, collapse = ",\n"), "]"), file.path(out, "trends.json"))
