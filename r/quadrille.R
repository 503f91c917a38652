# Result files of quadrille in R, read with package ncdf4 (Debian: r-cran-ncdf4). Use: source("quadrille.R").
#
# Names are those of the Python package: worlds, to_data_frame, summary_of, path, survival, design, claims, contrasts,
# sensitivity, failures. Arrays come with dimensions (point, order, world) or (point, order, period), named by the labels of
# points and orders, so that x[, "bipolar", ] selects.

library(ncdf4)

# Opens a result file. Returns a list of class quadrille_result; release it with close_result().
open_result <- function(path) {
    if (!file.exists(path)) stop(path, ": no such file")
    file <- nc_open(path)
    format <- ncatt_get(file, 0, "quadrille_format")
    if (!format$hasatt) {
        nc_close(file)
        stop(path, ": not a result file of quadrille")
    }
    config <- ncatt_get(file, 0, "config")$value
    # the plugin by which the worlds were played; NA: none
    plugin <- regmatches(config, regexec("(^|\n)plugin: \\{name: ([a-z0-9_]+)", config))[[1]][3]
    structure(list(file = file, path = path, plugin = plugin,
                   orders = as.vector(ncvar_get(file, "order")), points = as.vector(ncvar_get(file, "point_label")),
                   title = ncatt_get(file, 0, "title")$value, result_hash = ncatt_get(file, 0, "result_hash")$value,
                   complete = ncatt_get(file, 0, "complete")$value != 0),
              class = "quadrille_result")
}

close_result <- function(result) invisible(nc_close(result$file))

print.quadrille_result <- function(x, ...) {
    cat(sprintf("quadrille result \"%s\": %d points, orders %s%s\n", x$title, length(x$points), paste(x$orders, collapse = ", "),
                if (x$complete) "" else ", incomplete"))
    invisible(x)
}

# A variable over (point, order, ...): R sees the dimensions in reverse; this turns them and names the first two.
.by_point <- function(result, name) {
    values <- ncvar_get(result$file, name, collapse_degen = FALSE)
    values <- aperm(values, rev(seq_along(dim(values))))
    names <- vector("list", length(dim(values)))
    names[[1]] <- result$points
    names[[2]] <- result$orders
    dimnames(values) <- names
    values
}

.names_below <- function(result, group) {
    all <- names(result$file$var)
    sub(paste0("^", group, "/"), "", all[startsWith(all, paste0(group, "/"))])
}

# Outcomes whose worlds are kept.
outcomes <- function(result) {
    names <- .names_below(result, "worlds")
    names[vapply(names, function(n) result$file$var[[paste0("worlds/", n)]]$ndims == 3, logical(1))]
}

# Values of single worlds of one outcome: array (point, order, world).
worlds <- function(result, outcome) {
    if (!outcome %in% outcomes(result)) stop(outcome, ": found ", paste(outcomes(result), collapse = ", "))
    .by_point(result, paste0("worlds/", outcome))
}

# One row a world that was played: point, order, world, and a column for each outcome.
to_data_frame <- function(result, outcome = outcomes(result)) {
    columns <- lapply(outcome, function(name) as.vector(worlds(result, name)))
    shape <- dim(worlds(result, outcome[1]))
    grid <- expand.grid(point = result$points, order = result$orders, world = seq_len(shape[3]) - 1, stringsAsFactors = FALSE)
    frame <- cbind(grid, stats::setNames(as.data.frame(columns), outcome))
    frame[rowSums(!is.na(frame[outcome])) > 0, , drop = FALSE]
}

# count, mean, sd, mcse, min, max of an outcome: list of matrices (point, order).
summary_of <- function(result, outcome) {
    kinds <- c("count", "mean", "sd", "mcse", "min", "max")
    stats::setNames(lapply(kinds, function(kind) .by_point(result, paste0("summary/", outcome, "/", kind))), kinds)
}

# mean, q05, q50, q95 of a series by period: list of arrays (point, order, period).
path <- function(result, series) {
    kinds <- c("mean", "q05", "q50", "q95")
    stats::setNames(lapply(kinds, function(kind) .by_point(result, paste0("paths/", series, "/", kind))), kinds)
}

# Kaplan-Meier curves: estimate, low, high, at_risk, list of arrays (point, order, period).
survival <- function(result) {
    kinds <- c("estimate", "low", "high", "at_risk")
    stats::setNames(lapply(kinds, function(kind) .by_point(result, paste0("survival/", kind))), kinds)
}

.table <- function(result, group) {
    names <- .names_below(result, group)
    names <- names[vapply(names, function(n) result$file$var[[paste0(group, "/", n)]]$ndims == 1, logical(1))]
    columns <- lapply(names, function(n) as.vector(ncvar_get(result$file, paste0(group, "/", n))))
    as.data.frame(stats::setNames(columns, names), stringsAsFactors = FALSE)
}

# The values of each design point; one row a point.
design <- function(result) {
    frame <- .table(result, "design")
    if (nrow(frame) > 0) rownames(frame) <- result$points
    frame
}

claims <- function(result) .table(result, "claims")
contrasts_of <- function(result) .table(result, "contrasts")
sensitivity <- function(result) .table(result, "sensitivity")
failures <- function(result) .table(result, "failures")
