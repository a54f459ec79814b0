# Reference outputs for Farrington and Farrington flexible on series made here.
# Rscript benchmarks/r/farrington.R OUT [SEED]   writes OUT/farrington_series.csv and OUT/farrington.csv (R 4.2.2, surveillance 1.20.3)
# Time counts from 0, as in Vigie. Empty = R gives none. Weeks begin on Mondays; "old" (algo.farrington) knows no dates.
suppressMessages(library(surveillance))
options(warn = -1)
sink(file(nullfile(), "w"), type = "message")
args <- commandArgs(TRUE)
out <- args[1]
set.seed(if (length(args) > 1) as.integer(args[2]) else 20261122)
weeks <- function(n) seq(as.Date("2012-10-01"), by = 7, length.out = n)
months <- function(n) seq(as.Date("2010-03-01"), by = "1 month", length.out = n)
nb <- function(mu, phi) rnbinom(length(mu), size = mu / (phi - 1), mu = mu)
wave <- function(i, a, per) exp(a * cos(2 * pi * (i - 9) / per))
burst <- function(x, from, size) { x[from + seq_along(size) - 1] <- x[from + seq_along(size) - 1] + size; x }
n <- 340; i <- 1:n; m <- 110; j <- 1:m
series <- list(
  seasonal = list(y = nb(12 * wave(i, 0.6, 52), 1.6)),
  trend = list(y = nb(4 * exp(0.006 * i) * wave(i, 0.3, 52), 2.2)),
  falling = list(y = nb(60 * exp(-0.008 * i), 1.4)),
  sparse = list(y = burst(nb(rep(0.4, n), 1.2), 326, c(1, 3, 4, 4, 2))),
  outbreaks = list(y = burst(burst(burst(nb(6 * wave(i, 0.4, 52), 1.8), 120, c(6, 15, 30, 22, 9)), 228, c(9, 21, 12)), 328, c(5, 12, 20, 14))),
  many = list(y = nb(2500 * wave(i, 0.25, 52) * exp(0.001 * i), 18)),
  silent = list(y = { x <- nb(3 * wave(i, 0.3, 52), 1.5); x[100:190] <- 0; x }),
  emerging = list(y = c(rep(0, 250), rpois(n - 250, seq(0.1, 9, length.out = n - 250)))),
  persons = local({ p <- round(2e5 * exp(cumsum(rnorm(n, 0.001, 0.01)))); list(y = nb(5e-5 * p * wave(i, 0.4, 52), 1.7), pop = p) }),
  monthly = list(y = nb(20 * wave(j, 0.5, 12) * exp(0.004 * j), 2), freq = 12))
flexible <- function(...) list(f = "flexible", control = list(...))
old <- function(...) list(f = "old", control = list(...))
runs <- list(
  default = flexible(),
  original_like = flexible(weightsThreshold = 1, alpha = 0.01),
  improved = flexible(noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1, thresholdMethod = "nbPlugin", alpha = 0.005),
  improved_muan = flexible(noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1, thresholdMethod = "muan", alpha = 0.01),
  improved_delta = flexible(noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1),
  seven_levels = flexible(noPeriods = 7, w = 2, pastWeeksNotIncluded = 2, powertrans = "1/2", limit54 = c(0, 4)),
  plain = flexible(reweight = FALSE, trend = FALSE, powertrans = "none", limit54 = c(2, 6)),
  kept_trend = flexible(reweight = FALSE, pThresholdTrend = 0.2),
  no_years_for_trend = flexible(b = 2, noPeriods = 4, pastWeeksNotIncluded = 10, thresholdMethod = "nbPlugin"),
  old = old(), old_strict = old(alpha = 0.01, powertrans = "1/2", limit54 = c(0, 4)), old_plain = old(reweight = FALSE, powertrans = "none"))
monthly <- list(
  month_default = flexible(w = 1), month_levels = flexible(w = 1, noPeriods = 4, pastWeeksNotIncluded = 3, pThresholdTrend = 1, thresholdMethod = "muan"),
  month_old = old(w = 1, b = 4))
column <- function(x, k) if (is.null(x)) rep(NA, k) else as.numeric(x)
shown <- function(v) ifelse(is.na(v), "", formatC(v, digits = 12, format = "g", width = 1))
tables <- list(); lists <- list()
for (name in names(series)) {
  s <- series[[name]]; k <- length(s$y); freq <- if (is.null(s$freq)) 52 else s$freq
  dates <- if (freq == 52) weeks(k) else months(k)
  lists[[name]] <- data.frame(series = name, time = seq_len(k) - 1, date = format(dates), count = s$y,
    population = if (is.null(s$pop)) "" else format(s$pop, scientific = FALSE, trim = TRUE))
  range <- (k - 24):k
  for (config in names(if (freq == 52) runs else monthly)) for (dated in c(TRUE, FALSE)) {
    run <- (if (freq == 52) runs else monthly)[[config]]
    if (run$f == "old" && dated) next
    if (!dated && !(config %in% c("default", "improved", "month_default", "month_levels")) && run$f != "old") next
    w <- length(range)
    if (run$f == "flexible") {
      a <- list(observed = s$y, frequency = freq)
      if (dated) { a$epoch <- as.numeric(dates); a$epochAsDate <- TRUE } else a$start <- c(2000, 1)
      if (!is.null(s$pop)) a$population <- matrix(s$pop)
      x <- farringtonFlexible(do.call(sts, a), c(list(range = range, glmWarnings = FALSE, populationOffset = !is.null(s$pop)), run$control))
      tables[[length(tables) + 1]] <- data.frame(series = name, config = config, dated = as.integer(dated), time = range - 1,
        expected = shown(column(x@control$expected, w)), upper = shown(column(x@upperbound, w)), alarm = shown(column(x@alarm, w)),
        phi = shown(column(x@control$phiVector, w)), trend = shown(column(x@control$trend, w)), pvalue = shown(column(x@control$pvalue, w)))
    } else {
      if (!is.null(s$pop)) next
      x <- algo.farrington(create.disProg(seq_len(k), s$y, 0 * s$y, start = c(2000, 1), freq = freq), c(list(range = range), run$control))
      tables[[length(tables) + 1]] <- data.frame(series = name, config = config, dated = 0, time = range - 1, expected = "",
        upper = shown(column(x$upperbound, w)), alarm = shown(column(x$alarm, w)), phi = "", trend = shown(column(x$trend, w)), pvalue = "")
    }
  }
}
write.csv(do.call(rbind, lists), file.path(out, "farrington_series.csv"), row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, tables), file.path(out, "farrington.csv"), row.names = FALSE, quote = FALSE)
