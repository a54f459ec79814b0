# Reference figures of tests/reference/lead_lag.json: cross-correlations, innovations of an autoregression, intervals of a correlation.
# Rscript benchmarks/r/lead_lag.R > tests/reference/lead_lag.json     (base R only; the series are drawn here)
set.seed(20)
n <- 72
months <- 0:(n - 1)
shared <- as.numeric(arima.sim(list(ar = 0.5), n + 2))
a <- round(10 + 3 * cos(2 * pi * months / 12) + shared[3:(n + 2)], 6)
b <- round(20 + 0.05 * months + shared[1:n] + rnorm(n, sd = 0.6), 6)
plain <- ccf(b, a, lag.max = 5, plot = FALSE)$acf[, 1, 1]
gapped <- a; gapped[c(9, 30, 31, 55)] <- NA
white <- function(y, season) {
  time <- seq_along(y) - 1
  fixed <- cbind(1, time, cos(2 * pi * time / season), sin(2 * pi * time / season))
  back <- sapply(1:3, function(k) c(rep(NA, k), y[1:(length(y) - k)]))
  whole <- !is.na(y) & rowSums(is.na(back)) == 0
  best <- NULL
  for (order in 0:3) {
    x <- cbind(fixed, back[, seq_len(order)])
    fit <- lm.fit(x[whole, , drop = FALSE], y[whole])
    m <- sum(whole); k <- ncol(x) + 1
    aicc <- m * log(mean(fit$residuals^2)) + 2 * k + 2 * k * (k + 1) / (m - k - 1)
    if (is.null(best) || aicc < best$aicc) best <- list(aicc = aicc, order = order)
  }
  x <- cbind(fixed, back[, seq_len(best$order)])
  there <- !is.na(y) & rowSums(is.na(x)) == 0
  left <- rep(NA, length(y)); left[there] <- lm.fit(x[there, , drop = FALSE], y[there])$residuals
  list(left = left, order = best$order)
}
number <- function(v) paste0("[", paste(ifelse(is.na(v), "null", sprintf("%.15g", v)), collapse = ", "), "]")
one <- white(gapped, 12); other <- white(b, 12)
pairs <- sapply(c(8, 20, 57), function(m) {
  t <- cor.test(a[1:m], b[3:(m + 2)])
  sprintf("[%d, %.15g, %.15g, %.15g]", m, t$estimate, t$conf.int[1], t$conf.int[2])
})
cat('{"a": ', number(a), ',\n "gapped": ', number(gapped), ',\n "b": ', number(b), ',\n "ccf": ', number(plain), ',\n "innovations": [',
    number(one$left), ', ', number(other$left), '],\n "orders": [', one$order, ', ', other$order, '],\n "intervals": [',
    paste(pairs, collapse = ", "), ']}\n', sep = "")
