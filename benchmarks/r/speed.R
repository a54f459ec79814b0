# Seconds that R takes for weeks of series: Rscript benchmarks/r/speed.R FILE   (FILE: CSV, a column for each series, a row for each week)
# Prints "method weeks seconds", one line each.
suppressMessages(library(surveillance))
options(warn = -1)
counts <- as.matrix(read.csv(commandArgs(TRUE)[1]))
n <- nrow(counts)
timed <- function(name, range, f) {
  start <- proc.time()[["user.self"]]
  for (k in seq_len(ncol(counts))) f(sts(observed = counts[, k], start = c(2010, 1), frequency = 52), range)
  cat(name, ncol(counts) * length(range), proc.time()[["user.self"]] - start, "\n")
}
timed("farrington-flexible", (n - 39):n, function(s, range) farringtonFlexible(s, list(range = range, b = 5, w = 3, noPeriods = 10,
  pastWeeksNotIncluded = 26, pThresholdTrend = 1, thresholdMethod = "nbPlugin", alpha = 0.005, glmWarnings = FALSE)))
timed("ears-c1", 8:n, function(s, range) for (i in 1:10) earsC(s, list(range = range, method = "C1")))
