/* SPDX-License-Identifier: MIT */
#include "base/numeric.h"

#include <math.h>
#include <stdlib.h>

double synp_normal_below(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

/* Starting value: Abramowitz & Stegun 26.2.23, good to 4.5e-4; then Halley's iteration, which triples the digits. */
double synp_normal_quantile(double p)
{
    const double q = p < 0.5 ? p : 1 - p, t = sqrt(-2 * log(q));
    double x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
    for (int k = 0; k < 2; k++) {
        const double error = synp_normal_below(x) - q, step = error * sqrt(2 * acos(-1)) * exp(0.5 * x * x);
        x -= step / (1 + 0.5 * x * step);
    }
    return p < 0.5 ? x : -x;
}

synp_scatter synp_scatter_of(const double *v, size_t count, size_t stride)
{
    synp_scatter s = {0};
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        if (!isnan(v[k * stride])) {
            sum += v[k * stride];
            s.n++;
        }
    s.mean = sum / (double)s.n;
    for (size_t k = 0; k < count; k++)
        if (!isnan(v[k * stride])) {
            const double d = v[k * stride] - s.mean;
            s.squares += d * d;
        }
    return s;
}

double synp_scatter_sd(const synp_scatter *s)
{
    return s->n > 1 ? sqrt(s->squares / (double)(s->n - 1)) : NAN;
}

synp_interval synp_bisect(bool (*is_left)(const void *context, double x), const void *context, synp_interval start,
                          int steps)
{
    for (int k = 0; k < steps; k++) {
        const double middle = 0.5 * (start.low + start.high);
        *(is_left(context, middle) ? &start.low : &start.high) = middle;
    }
    return start;
}

bool synp_whole(double x, double *whole)
{
    const double nearest = round(x);
    const bool is_whole = fabs(x - nearest) <= fmin(1e-9 * fmax(fabs(x), 1), 0.25); /* false for INFINITY and NAN */
    *whole = is_whole ? nearest : x;
    return is_whole;
}

int synp_rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
