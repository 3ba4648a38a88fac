/* SPDX-License-Identifier: MIT */
#include "jart.h"

#include <math.h>
#include <synaptogen/rng.h>

/* Constants of nature, CODATA 2018. */
static const double q = 1.602176634e-19, k_b = 1.380649e-23, planck = 6.62607015e-34, eps0 = 8.8541878128e-12;

/* Parameters and defaults of the public Verilog-A. */
static const double richardson = 6.01e5;         /* A m^-2 K^-2 */
static const double mass = 9.10938e-31;          /* kg */
static const double charge = 2;                  /* of a vacancy */
static const double ambient = 293;               /* K */
static const double eps = 17, eps_optical = 5.5; /* relative */
static const double barrier = 0.18, fermi = 0.1; /* V: nominal Schottky barrier, conduction band to Fermi level */
static const double mobility = 4e-6;             /* m^2 / (V s) */
static const double n_plug = 20;                 /* 1e26 m^-3 */
static const double hop = 0.25e-9;               /* m */
static const double attempts = 2e13;             /* Hz */
static const double activation = 1.35;           /* eV */
static const double r_thermal = 15.72e6;         /* K / W, at the nominal radius */
static const double thermal_reset = 0.27;        /* factor on it for v > 0 */
static const double r_nominal = 45e-9;           /* m */
static const double l_cell = 3e-9;               /* m */
static const double r_oxide = 650, r_line = 719.2437, line_thermal = 90471.47, line_alpha = 3.92e-3;
static const double pi = 3.14159265358979323846;
static const double unit = 1e26; /* m^-3 */

/* Hard limits, and mean and deviation between devices, of n_min, n_max [1e26 m^-3], r and l [m]. */
enum { VARIED = 4 };
static const double lowest[VARIED] = {0.004, 18, 40.5e-9, 0.36e-9};
static const double highest[VARIED] = {0.025, 22, 49.5e-9, 0.44e-9};
static const double mean[VARIED] = {0.008, 20, 45e-9, 0.4e-9};
static const double deviation[VARIED] = {0.002, 1, 5e-9, 0.04e-9};

/* Voltages beyond this count as switching, and begin an event where the direction is new [V]. */
static const double quiet = 20e-6;

/* Below this voltage the current counts as linear [V]: the equations have a kink at 0. */
static const double linear = 1e-6;

static jart_shape shape_of(const double x[VARIED])
{
    return (jart_shape){.n_min = x[0], .n_max = x[1], .r = x[2], .l = x[3]};
}

jart_shape jart_nominal(void)
{
    return shape_of(mean);
}

jart_shape jart_device(uint64_t seed, uint64_t cell)
{
    double x[VARIED], z[4];
    int found = 0;
    for (uint64_t k = 0; found != (1 << VARIED) - 1; k++) {
        syn_rng_normals(seed, cell, k, SYN_DRAW_DEVICE, z);
        for (int j = 0; j < VARIED; j++) {
            const double drawn = mean[j] + deviation[j] * z[j];
            if (found & 1 << j || drawn < lowest[j] || drawn > highest[j])
                continue;
            x[j] = drawn;
            found |= 1 << j;
        }
    }
    return shape_of(x);
}

void jart_walk(uint64_t seed, uint64_t cell, uint64_t event, double step, jart_shape *s)
{
    double x[VARIED] = {s->n_min, s->n_max, s->r, s->l};
    uint32_t w[4];
    syn_rng_block(seed, cell, event, SYN_DRAW_CYCLE, w);
    for (int j = 0; j < VARIED; j++)
        x[j] = fmin(fmax(x[j] * (1 + step * (2 * syn_rng_uniform(w[j]) - 1)), lowest[j]), highest[j]);
    *s = shape_of(x);
}

/* Everything that does not change while a point is solved. */
typedef struct given {
    double n, v;
    double area, disc, series; /* m^2, ohm, ohm without the part that grows with i^2 */
    double heat;               /* ohm / A^2: that part */
    double thermal;            /* K / W */
    double lowering;           /* V^3: fourth power of the barrier lowering over the voltage that drives it */
    double tunnel;             /* V: W00 / q */
} given;

static given given_by(const jart_shape *s, double n, double v)
{
    const double area = pi * s->r * s->r, conductivity = unit * charge * q * mobility * area; /* S m, per n */
    const double permittivity = eps_optical * eps0;
    return (given){
        .n = n,
        .v = v,
        .area = area,
        .disc = s->l / (n * conductivity),
        .series = (l_cell - s->l) / (n_plug * conductivity) + r_oxide + r_line,
        .heat = r_line * r_line * line_alpha * line_thermal,
        .thermal = r_thermal * (r_nominal / s->r) * (r_nominal / s->r) * (v > 0 ? thermal_reset : 1),
        .lowering = q * q * q * charge * n * unit / (8 * pi * pi * permittivity * permittivity * permittivity),
        .tunnel = planck / (4 * pi) * sqrt(charge * n * unit / (mass * eps * eps0)),
    };
}

/* A current or voltage with its derivatives by the contact's voltage, the temperature and n. */
typedef struct graded {
    double value, by_vs, by_t, by_n;
} graded;

/* Schottky barrier, lowered by the image force. */
static graded barrier_at(const given *g, double vs)
{
    const double psi = barrier - fermi - vs;
    if (psi <= 0)
        return (graded){.value = barrier};
    const double lowered = sqrt(sqrt(g->lowering * psi));
    if (lowered >= barrier)
        return (graded){.value = 0};
    return (graded){.value = barrier - lowered, .by_vs = lowered / (4 * psi), .by_n = -lowered / (4 * g->n)};
}

/* vs >= 0: thermionic emission. */
static graded emission(const given *g, double vs, double t)
{
    const graded phi = barrier_at(g, vs);
    const double vt = k_b * t / q, saturation = g->area * richardson * t * t * exp(-phi.value / vt);
    const double forward = exp(vs / vt), i = saturation * expm1(vs / vt);
    return (graded){.value = i,
                    .by_vs = saturation * forward / vt - i / vt * phi.by_vs,
                    .by_t = (2 * i + (i * phi.value - saturation * forward * vs) / vt) / t,
                    .by_n = -i / vt * phi.by_n};
}

/* vs < 0: thermionic field emission. With w = W00/q, th = w/vt and c = 1/cosh^2 th the magnitude is
 * A A* T (q/k) sqrt(pi w (u + c phi)) exp(-phi tanh(th) / w) (exp(u (th - tanh th) / w) - 1), u = -vs. */
static graded field_emission(const given *g, double vs, double t)
{
    const graded phi = barrier_at(g, vs);
    const double u = -vs, w = g->tunnel, th = w * q / (k_b * t), tanh_th = tanh(th), c = 1 - tanh_th * tanh_th;
    const double slope = th - tanh_th; /* d(slope)/d(th) = 1 - c = tanh^2 */
    const double root = u + c * phi.value, forward = exp(u * slope / w), above = expm1(u * slope / w);
    const double i =
        -g->area * richardson * t * (q / k_b) * sqrt(pi * w * root) * exp(-phi.value * tanh_th / w) * above;
    const double edge = forward / above;  /* d ln(e^x - 1)/dx */
    const double c_th = -2 * tanh_th * c; /* dc/d(th) */
    const double log_th = 0.5 * phi.value * c_th / root - phi.value * c / w + edge * u * tanh_th * tanh_th / w;
    const double log_phi = 0.5 * c / root - tanh_th / w, log_u = 0.5 / root + edge * slope / w;
    const double log_w = 0.5 / w + (phi.value * tanh_th - edge * u * slope) / (w * w);
    return (graded){.value = i,
                    .by_vs = i * (log_phi * phi.by_vs - log_u),
                    .by_t = i * (1 / t - log_th * th / t),
                    .by_n = i * (log_phi * phi.by_n + (log_th * th + log_w * w) / (2 * g->n))};
}

/* What is left of Kirchhoff's law at a current, f = i_contact(i) - i, and its derivatives. */
typedef struct residual {
    double vs, t, f, by_i, by_v, by_n;
} residual;

static residual residual_at(const given *g, double i)
{
    const double outer = g->v - i * (r_oxide + r_line + g->heat * i * i); /* over disc, plug and contact */
    const double rest = g->v - i * (g->disc + g->series + g->heat * i * i);
    const double vs =
        g->v > 0 ? fmax(rest, 0) : fmin(rest, -1e-12); /* what rounding leaves of 0 has the wrong sign */
    const double t = ambient + g->thermal * fmax(i * outer, 0);
    const graded contact = g->v > 0 ? emission(g, vs, t) : field_emission(g, vs, t);
    const double t_i = g->thermal * (g->v - 2 * i * (r_oxide + r_line) - 4 * g->heat * i * i * i);
    return (residual){.vs = vs,
                      .t = t,
                      .f = contact.value - i,
                      .by_i = -contact.by_vs * (g->disc + g->series + 3 * g->heat * i * i) + contact.by_t * t_i - 1,
                      .by_v = contact.by_vs + contact.by_t * g->thermal * i,
                      .by_n = contact.by_vs * i * g->disc / g->n + contact.by_n};
}

/* The current at which all the voltage drops over the resistors. */
static double largest_current(const given *g, double v)
{
    const double r = g->disc + g->series;
    double i = v / r;
    for (int k = 0; k < 20; k++) { /* Newton on a monotone cubic, from above */
        const double step = (i * (r + g->heat * i * i) - v) / (r + 3 * g->heat * i * i);
        i -= step;
        if (fabs(step) <= 1e-15 * fabs(i))
            break;
    }
    return i;
}

/* Newton's step to the root of f, or, while the contact's exponential is far too large, of its logarithm. */
static double newton_step(const residual *r, double i)
{
    const double contact = r->f + i;
    if (contact / i > 2)
        return log(contact / i) / ((r->by_i + 1) / contact - 1 / i);
    return r->f / r->by_i;
}

/* The root of f nearest to `outer` between `inner` and `outer` (magnitudes and signs of currents), where f has the
 * sign of -outer at `outer` and falls with the magnitude there. Newton, kept in a bracket: a point counts as outside
 * the root while f has outer's opposite sign and f still falls outwards; one where it rises again lies behind a fold.
 */
static residual root_between(const given *g, double inner, double outer, double guess, double *current, int *count)
{
    const double sign = outer < 0 ? -1 : 1;
    double i = (guess - inner) * sign > 0 && (outer - guess) * sign > 0 ? guess : outer;
    for (;;) {
        const residual r = residual_at(g, i);
        ++*count;
        const double next = i - newton_step(&r, i);
        if (fabs(next - i) <= 1e-9 * fabs(i) || fabs(outer - inner) <= 1e-14 * fabs(outer) || *count > 200) {
            *current = i; /* the last step would only have polished the 1e-9 */
            return r;
        }
        if (r.f * sign < 0 && r.by_i < 0)
            outer = i;
        else
            inner = i;
        i = (next - inner) * sign > 0 && (outer - next) * sign > 0 && r.by_i < 0 ? next : 0.5 * (inner + outer);
    }
}

/* Whether root_between ended on a root; behind a fold it ends where its bracket has shrunk to nothing. */
static int solved(const residual *r, double i)
{
    return fabs(r->f) <= 1e-6 * fabs(i);
}

static residual solve_current(const given *g, double guess, double *i, int *count)
{
    const double outer = largest_current(g, g->v), fold = barrier - fermi;
    if (g->v <= fold)
        return root_between(g, 0, outer, guess, i, count);
    const residual low = root_between(g, largest_current(g, g->v - fold), outer, guess, i, count);
    if (solved(&low, *i))
        return low;
    return root_between(g, 0, largest_current(g, g->v - fold), 0, i, count);
}

/* dn/dt of the ions that hop over a barrier tilted by the field, and its derivatives. */
static void drift(const given *g, const jart_shape *s, const residual *r, jart_point *p)
{
    const int reset = g->v > 0;
    const double i = p->i, rs = r_oxide + r_line, ii = g->heat * i * i;
    const double field = reset ? (g->v - i * (rs + ii)) / l_cell : i * g->disc / s->l; /* V / m */
    const double field_i = reset ? -(rs + 3 * ii) / l_cell : g->disc / s->l;
    const double field_v = reset ? 1 / l_cell : 0, field_n = reset ? 0 : -field / g->n;
    const double t_i = g->thermal * (g->v - 2 * i * rs - 4 * ii * i), t_v = g->thermal * i;

    const double tilt = charge * hop / (pi * activation), gamma = fmin(fmax(tilt * field, -0.99), 0.99);
    const double arc = asin(gamma), flat = sqrt(1 - gamma * gamma) + gamma * arc, half = pi / 2;
    const double vt = k_b * r->t / q;
    const double forth = activation * (flat - gamma * half), back = activation * (flat + gamma * half); /* eV */
    const double e_forth = exp(-forth / vt), e_back = exp(-back / vt), net = e_forth - e_back;
    const double net_gamma = -activation * (e_forth * (arc - half) - e_back * (arc + half)) / vt;
    const double net_t = (e_forth * forth - e_back * back) / (vt * r->t);

    const double ratio = fmin(reset ? s->n_min / g->n : g->n / s->n_max, 1);
    const double power = pow(ratio, 10), window = 1 - power;
    const double window_n = ratio < 1 ? (reset ? 10 : -10) * power / g->n : 0;

    const double speed = -hop * attempts / s->l, supply = 0.5 * (n_plug + g->n);
    const double e_v = field_v + field_i * p->i_v, e_n = field_n + field_i * p->i_n;
    const double net_v = net_gamma * tilt * e_v + net_t * (t_v + t_i * p->i_v);
    const double net_n = net_gamma * tilt * e_n + net_t * t_i * p->i_n;
    p->rate = speed * supply * net * window;
    p->rate_v = speed * supply * net_v * window;
    p->rate_n = speed * (0.5 * net * window + supply * (net_n * window + net * window_n));
}

void jart_solve(const jart_shape *s, double n, double v, double guess, jart_point *p)
{
    const double u = fabs(v) < linear ? (v < 0 ? -linear : linear) : v;
    const given g = given_by(s, n, u);
    p->evaluations = 0;
    const residual r = solve_current(&g, guess, &p->i, &p->evaluations);
    p->vs = r.vs;
    p->t = r.t;
    p->i_v = -r.by_v / r.by_i;
    p->i_n = -r.by_n / r.by_i;
    drift(&g, s, &r, p);
    if (u != v) {
        const double scale = v / u;
        p->i *= scale;
        p->i_n *= scale;
        p->vs *= scale;
        p->rate *= scale;
        p->rate_n *= scale;
    }
}

jart_state jart_start(const jart_shape *device)
{
    return (jart_state){.n = device->n_min, .n_old = device->n_min, .r_old = device->r, .l_old = device->l};
}

jart_state jart_turn(const jart_state *s, const jart_shape *target, double v)
{
    const double direction = v > quiet ? 1 : v < -quiet ? -1 : s->direction;
    if (direction == s->direction)
        return *s;
    const jart_shape now = jart_shape_at(s, target);
    return (jart_state){
        .n = s->n, .n_old = s->n, .r_old = now.r, .l_old = now.l, .event = s->event + 1, .direction = direction};
}

jart_shape jart_shape_at(const jart_state *s, const jart_shape *target)
{
    const double goal = s->direction < 0 ? target->n_max : target->n_min, way = goal - s->n_old;
    const double done = fabs(way) > 1e-9 ? fmin(fmax((s->n - s->n_old) / way, 0), 1) : 0;
    jart_shape now = *target;
    now.r = s->r_old + (target->r - s->r_old) * done;
    now.l = s->l_old + (target->l - s->l_old) * done;
    return now;
}

/* y = ln n, dy/dt and its derivatives by y and v. */
static double log_rate(const jart_shape *s, double y, double v, jart_point *p, double *by_y, double *by_v)
{
    const double n = exp(y);
    jart_solve(s, n, v, p->i, p);
    *by_y = p->rate_n - p->rate / n;
    *by_v = p->rate_v / n;
    return p->rate / n;
}

/* Rosenbrock's method of order 2 with error estimate (Shampine and Reichelt, SIAM J. Sci. Comput. 18, 1997), which is
 * L-stable: near its limits n is stiff. */
long jart_ramp(jart_state *s, const jart_shape *target, double v0, double v1, double duration, double tolerance)
{
    const double d = 1 / (2 + sqrt(2)), e = 6 + sqrt(2), ramp = (v1 - v0) / duration;
    jart_point p = {.i = 0};
    double h = duration, y = log(s->n), by_y, by_v, ignored[2];
    long evaluations = 0;
    for (double t = 0; t < duration;) {
        jart_shape now = jart_shape_at(s, target);
        const double f0 = log_rate(&now, y, v0 + ramp * t, &p, &by_y, &by_v);
        evaluations += p.evaluations;
        for (;;) {
            const double w = 1 - h * d * by_y, k1 = (f0 + h * d * by_v * ramp) / w;
            const double f1 = log_rate(&now, y + 0.5 * h * k1, v0 + ramp * (t + 0.5 * h), &p, ignored, ignored + 1);
            evaluations += p.evaluations;
            const double k2 = (f1 - k1) / w + k1;
            const double f2 = log_rate(&now, y + h * k2, v0 + ramp * (t + h), &p, ignored, ignored + 1);
            evaluations += p.evaluations;
            const double k3 = (f2 - e * (k2 - f1) - 2 * (k1 - f0) + h * d * by_v * ramp) / w;
            const double error = fabs(h / 6 * (k1 - 2 * k2 + k3)),
                         growth = 0.8 * cbrt(tolerance / fmax(error, 1e-300));
            if (w > 0 && error <= tolerance && fabs(h * k2) < 1) {
                t = t + h < duration * (1 - 1e-12) ? t + h : duration;
                y += h * k2;
                h = fmin(h * fmin(growth, 5), duration - t);
                break;
            }
            h *= w > 0 && isfinite(growth) ? fmin(fmax(growth, 0.1), 0.5) : 0.1;
        }
        s->n = exp(y);
    }
    return evaluations;
}
