# Reference for the delay distribution: Rscript benchmarks/r/nowcast.R OUT   writes OUT/nowcast_pairs.csv and OUT/nowcast_share.csv
# (R 4.2.2, surveillance 1.20.3, method "lawless", all days and the last 31 of each delay).
suppressMessages(library(surveillance))
out <- commandArgs(TRUE)[1]
set.seed(4)
n <- 900
event <- as.Date("2026-01-01") + sample(0:89, n, TRUE)
d <- data.frame(event = event, report = event + pmin(rgeom(n, .3), 12))
now <- as.Date("2026-03-31")
share <- function(m) {
  nc <- nowcast(now = now, when = seq(now - 12, now, by = "1 day"), data = d, dEventCol = "event", dReportCol = "report",
                method = "lawless", D = 12, m = m, m.interpretation = "lawless1994", control = list(dRange = range(d$event)))
  as.numeric(nc@delayCDF[["lawless"]])[1:13]
}
write.csv(d, file.path(out, "nowcast_pairs.csv"), row.names = FALSE, quote = FALSE)
write.csv(data.frame(delay = 0:12, all = signif(share(NULL), 12), last31 = signif(share(30), 12)),
          file.path(out, "nowcast_share.csv"), row.names = FALSE, quote = FALSE)
