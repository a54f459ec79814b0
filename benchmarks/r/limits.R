# Reference outputs for EARS, CDC, RKI, Bayes, CUSUM, GLR and outbreakP on series made here.
# Rscript benchmarks/r/limits.R OUT [SEED]   writes OUT/limits_series.csv and OUT/limits.csv (R 4.2.2, surveillance 1.20.3)
# Time counts from 0, as in Vigie. Empty = R gives none.
suppressMessages(library(surveillance))
options(warn = -1)
sink(file(nullfile(), "w"), type = "message")
args <- commandArgs(TRUE)
out <- args[1]
set.seed(if (length(args) > 1) as.integer(args[2]) else 20261122)
n <- 240; first <- 181; week <- 1:n
wave <- function(a) exp(a * sin(2 * pi * week / 52 + runif(1, 0, 6)))
burst <- function(x, from, size) { x[from:(from + 5)] <- x[from:(from + 5)] + size; x }
series <- list(
  seasonal = rpois(n, 4 * wave(0.7)),
  spread = burst(rnbinom(n, mu = 12, size = 4), 205, c(8, 20, 25, 25, 12, 4)),
  sparse = burst(rpois(n, 0.3), 220, c(0, 1, 3, 4, 2, 1)),
  many = rnbinom(n, mu = 300 * wave(0.3) * exp(0.003 * week), size = 40),
  emerging = c(rep(0, 150), rpois(n - 150, seq(0.2, 6, length.out = n - 150))),
  falling = rpois(n, 20 * exp(-0.008 * week)),
  level = c(rep(10, 200), 10 + rpois(n - 200, 2)),
  random = rnbinom(n, mu = runif(1, 1, 60) * wave(runif(1, 0, 1)), size = runif(1, 0.5, 20)))
range <- first:n
mu0 <- function(S, trend, refit = FALSE) list(S = S, trend = trend, refit = refit)
glr <- function(...) list(f = algo.glrnb, control = list(...))
old <- function(f, ...) list(f = f, control = list(...))
ears <- function(...) list(f = NULL, control = list(...))
runs <- list(
  ears_c1 = ears(method = "C1"), ears_c1_wide = ears(method = "C1", baseline = 14, alpha = 0.01, minSigma = 0.5),
  ears_c2 = ears(method = "C2"), ears_c2_wide = ears(method = "C2", baseline = 21, alpha = 0.05),
  ears_c3 = ears(method = "C3"), ears_c3_wide = ears(method = "C3", baseline = 14, alpha = 0.05, minSigma = 1),
  cdc = old(algo.cdc, b = 3, m = 1, alpha = 0.025), cdc_m0 = old(algo.cdc, b = 3, m = 0, alpha = 0.1),
  rki1 = old(algo.rki1), rki2 = old(algo.rki2), rki3 = old(algo.rki3),
  rki_own = old(algo.rki, b = 3, w = 2, actY = TRUE),
  bayes1 = old(algo.bayes1, alpha = 0.05), bayes2 = old(algo.bayes2, alpha = 0.05), bayes3 = old(algo.bayes3, alpha = 0.05),
  bayes_own = old(algo.bayes, b = 3, w = 3, actY = TRUE, alpha = 0.005),
  cusum_standard = old(algo.cusum, k = 1.04, h = 2.26, trans = "standard"),
  cusum_rossi = old(algo.cusum, k = 0.5, h = 3, trans = "rossi"),
  cusum_anscombe = old(algo.cusum, k = 1.04, h = 2.26, trans = "anscombe"),
  cusum_anscombe2 = old(algo.cusum, k = 0.8, h = 3, trans = "anscombe2nd"),
  cusum_pearson_nb = old(algo.cusum, k = 1.04, h = 2.26, trans = "pearsonNegBin", alpha = 0.2),
  cusum_anscombe_nb = old(algo.cusum, k = 0.7, h = 2.5, trans = "anscombeNegBin", alpha = 0.05),
  cusum_none = old(algo.cusum, k = 8, h = 20, m = 6, trans = "none"),
  cusum_given = old(algo.cusum, k = 1.04, h = 2.26, m = 6.5, trans = "rossi"),
  cusum_season = old(algo.cusum, k = 1.04, h = 2.26, m = "glm", trans = "standard"),
  glr_poisson = glr(c.ARL = 5, mu0 = mu0(1, TRUE), alpha = 0, Mtilde = 1, M = -1, change = "intercept", ret = "value"),
  glr_poisson_down = glr(c.ARL = 5, mu0 = mu0(1, FALSE), alpha = 0, Mtilde = 1, M = -1, change = "intercept", dir = "dec", ret = "value"),
  glr_poisson_refit = glr(c.ARL = 4, mu0 = mu0(1, TRUE, TRUE), alpha = 0, Mtilde = 1, M = -1, change = "intercept", ret = "value"),
  glr_poisson_cases = glr(c.ARL = 5, mu0 = mu0(1, TRUE), alpha = 0, Mtilde = 1, M = -1, change = "intercept", ret = "cases"),
  glr_poisson_season2 = glr(c.ARL = 3, mu0 = mu0(2, FALSE), alpha = 0, Mtilde = 1, M = -1, change = "intercept", ret = "value"),
  glr_negbin = glr(c.ARL = 5, mu0 = mu0(1, TRUE), alpha = NULL, Mtilde = 1, M = -1, change = "intercept", ret = "value"),
  glr_negbin_window = glr(c.ARL = 4, mu0 = mu0(2, FALSE), alpha = NULL, Mtilde = 1, M = 12, change = "intercept", ret = "value"),
  glr_negbin_fixed = glr(c.ARL = 3, mu0 = mu0(1, FALSE), alpha = 0.3, Mtilde = 1, M = -1, change = "intercept", ret = "value"),
  glr_negbin_refit = glr(c.ARL = 3, mu0 = mu0(1, TRUE, TRUE), alpha = NULL, Mtilde = 1, M = -1, change = "intercept", ret = "value"),
  glr_negbin_lasting = glr(c.ARL = 3, mu0 = mu0(1, TRUE), alpha = 0.2, Mtilde = 3, M = 20, change = "intercept", ret = "value"),
  glr_negbin_given = glr(c.ARL = 4, mu0 = rep(7.5, length(range)), alpha = 0.2, Mtilde = 1, M = 26, change = "intercept", ret = "value"),
  glr_negbin_epidemic = glr(c.ARL = 5, mu0 = mu0(1, TRUE), alpha = NULL, Mtilde = 1, M = 1, change = "epi", ret = "value"),
  glr_negbin_epidemic5 = glr(c.ARL = 3, mu0 = mu0(1, FALSE), alpha = 0.2, Mtilde = 1, M = 5, change = "epi", ret = "value"),
  lr_poisson = glr(c.ARL = 4, mu0 = mu0(1, FALSE), alpha = 0, theta = log(1.5), change = "intercept", ret = "cases"),
  lr_negbin = glr(c.ARL = 4, mu0 = mu0(1, FALSE), alpha = NULL, theta = log(2), change = "intercept", ret = "cases"),
  outbreakp = old(algo.outbreakP, k = 100, ret = "value"))
rows <- NULL
number <- function(x, m) { x <- as.numeric(x); if (length(x) == m) x else rep(NA, m) }
for (s in names(series)) {
  x <- series[[s]]
  for (id in names(runs)) {
    run <- runs[[id]]
    if (id == "glr_poisson_cases" && !s %in% c("seasonal", "sparse", "falling")) next # R counts up from 0: may take hours
    r <- try(if (is.null(run$f)) {
      earsC(sts(observed = x, frequency = 52), control = c(list(range = range), run$control))
    } else {
      d <- create.disProg(week = week, observed = x, state = 0 * x, freq = 52, start = c(2001, 1))
      run$f(d, control = c(list(range = range), run$control))
    }, silent = TRUE)
    m <- length(range)
    if (inherits(r, "try-error")) next
    if (is.null(run$f)) {
      upper <- as.numeric(upperbound(r)); alarm <- as.numeric(alarms(r)); score <- NA; mean <- NA
    } else {
      upper <- number(r$upperbound, m); alarm <- number(r$alarm, m)
      score <- if (!is.null(r$cusum)) number(r$cusum, m) else NA
      mean <- if (is.numeric(r$control$mu0)) number(r$control$mu0, m) else if (is.numeric(r$control$m)) number(r$control$m, m) else NA
      if (identical(run$control$ret, "value")) { score <- upper; upper <- NA }
    }
    rows <- rbind(rows, data.frame(series = s, config = id, time = range - 1, upper = signif(upper, 12), alarm = alarm,
                                   score = signif(score, 12), mean = signif(mean, 12)))
  }
}
write.csv(data.frame(series = rep(names(series), each = n), time = week - 1, count = unlist(series)),
          file.path(out, "limits_series.csv"), row.names = FALSE, na = "", quote = FALSE)
write.csv(rows, file.path(out, "limits.csv"), row.names = FALSE, na = "", quote = FALSE)
