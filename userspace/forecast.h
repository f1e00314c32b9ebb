/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a level that grows will reach its limit: pure arithmetic over points in time.
 *
 * The trend is the median of the slopes between all pairs of points (Theil and Sen), which a few wild points do not move, with the
 * interval of slopes that Kendall's tau does not refute at 95 %. A trend is only told of where it is real: enough points,
 * an interval without 0, a movement that is more than the noise, and both halves of the points rise as the whole does, so
 * that a start that has settled is none. What grew for seconds is not drawn out to hours.
 */
#ifndef COREMON_FORECAST_H
#define COREMON_FORECAST_H

#include <stdbool.h>

#define FORECAST_MIN_POINTS 8	/* below it the interval at 95 % is as wide as all slopes there are */
#define FORECAST_MAX_POINTS 256	/* more are thinned out: all pairs are looked at */

/* A trend is drawn out to so many times the time it was seen for; 6 seconds tell of 6 minutes at most. */
#define FORECAST_REACH 60.0

/* Levels below this part of the limit are let grow: caches and pools fill when a machine starts working. */
#define FORECAST_FLOOR 0.25

/* The movement over all points must be this part of the limit, or it is but a breath. */
#define FORECAST_MOVE 0.005

/* Both halves must rise at least this part as fast as the whole. */
#define FORECAST_STEADY 0.5

/** struct point - a level at a time */
struct point {
	double s;		/* seconds */
	double value;
};

/** struct slope - a trend, in levels a second, with its interval at 95 % */
struct slope {
	double mid, low, high;
};

/** struct forecast - when the limit is reached, in seconds from the last point */
struct forecast {
	double mid, soonest, latest;
	struct slope slope;
};

/** forecast_slope() - the trend of @nr points in order of time. Return: false for fewer than 3, or when no two differ in time. */
bool forecast_slope(const struct point *point, unsigned int nr, struct slope *slope);

/**
 * forecast() - when @limit is reached.
 * @most_s: no further than this many seconds; 0: as far as FORECAST_REACH
 * Return: true with @out set where the trend is real and ends within reach; false where there is nothing to tell.
 */
bool forecast(const struct point *point, unsigned int nr, double limit, double most_s, struct forecast *out);

#endif /* COREMON_FORECAST_H */
