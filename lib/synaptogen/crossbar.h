/* SPDX-License-Identifier: MIT */
/* A crossbar: `rows` word lines and `cols` bit lines whose wires have a resistance, and a cell at each crossing.
 *
 *                  top 0      top 1
 *                    |          |
 *   left 0 --r_wl-- u --r_wl-- u --r_wl-- right 0      word line 0, node u(0,j) at each cell
 *                   |cell      |cell
 *                   w          w                       bit line j, node w(i,j) at each cell, r_bl between neighbours
 *
 * Each end of a line may be a terminal: a voltage source behind a resistance. One more segment of the line's wire, the
 * lead, joins the terminal to the first cell.
 *
 * Signs: the voltage of a cell is u - w, from the word line (te) to the bit line (be). A cell SETs at negative
 * voltages. The current of a terminal is positive if it flows into the array.
 * Shapes: matrices are column-major, cell (i, j) is at i + rows j, as in array.h. Units: SI.
 *
 * Use: create a crossbar once for the wires, give it cells, and solve it for any number of voltages. Each solution
 * starts from the one before it.
 * Equations: Kirchhoff's current law at every node; the I-V curves of the cells from read.h; switching from cell.h.
 * Threads: calls on one crossbar must not overlap, and neither must calls on the array that it is bound to. Different
 * crossbars are independent. Inside a call, OpenMP distributes large crossbars over several threads. The number of
 * threads changes a result by no more than its residual. */
#ifndef SYNAPTOGEN_CROSSBAR_H
#define SYNAPTOGEN_CROSSBAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <synaptogen/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum syn_side { SYN_LEFT, SYN_RIGHT, SYN_TOP, SYN_BOTTOM } syn_side;
enum { SYN_SIDES = 4 };

/* Returns "left", "right", "top" or "bottom"; NULL if side is none of these. */
const char *syn_side_name(syn_side side);

/* The access device in series with each cell: a resistance and a device with an I-V curve of its own, such as a diode
 * or a threshold selector. The curve is linear between its points and continues with the slope of its ends.
 * Zero-initialise; zero means no access device. */
typedef struct syn_access {
    double resistance;   /* ohm, >= 0; for example of a transistor that is on */
    size_t points;       /* of the curve, >= 2; 0: no curve */
    const double *u, *i; /* V, A: both strictly increasing; (0, 0) is one of the points */
} syn_access;

/* Zero-initialise, then set what differs. */
typedef struct syn_wires {
    size_t rows, cols;            /* each >= 1 */
    double r_wl, r_bl;            /* ohm per segment, >= 0; 0: ideal wire, the whole line is one node */
    const double *r_wl_each;      /* [rows] ohm: each line's own value in place of r_wl; NULL: all lines have r_wl */
    const double *r_bl_each;      /* [cols] ohm: the same for r_bl */
    const double *end[SYN_SIDES]; /* ohm between source and lead, >= 0, INFINITY: open; [rows] at left and right,
                                   * [cols] at top and bottom; NULL: all ends of this side are open */
    bool half_leads;              /* a lead is half a segment, so that tiles that share terminals form one array */
    double gmin;                  /* S across each cell, >= 0: gives a line without a source a potential */
    syn_access access;
    uint64_t reserved[8]; /* 0, room to grow */
} syn_wires;

typedef struct syn_crossbar syn_crossbar;

/* What a call reports about its solution. */
typedef struct syn_solution {
    double residual; /* A: bound of the error of each terminal current, found from the currents that are left over at
                      * the nodes; without the rounding of sums of cell currents. Only an estimate where the slope of
                      * a cell is negative */
    double scale;    /* A: the largest current of a terminal or a cell */
    double power;    /* W, delivered by the sources */
    int newton;      /* linearisations */
    int iterations;  /* of the linear solver, in all */
    size_t beyond;   /* syn_crossbar_try: cells beyond U_S that wait for syn_crossbar_latch */
    size_t switched; /* syn_crossbar_try and _step: cells whose state differs from the array's before the call */
} syn_solution;

/* Checks the wires and copies what it needs. Memory: about 56 bytes per cell from 1e5 cells on, 10 more from the first step of
 * cells that switch on, or for access devices, and up to 90 more for cells and wires of which the solution is hard to find.
 * threads: upper limit; 0: as many as there are processors. Crossbars below 512 x 512 cells always use one. Two
 * threads save a third of the time at 1024 x 1024. On a machine that others use too, set OMP_WAIT_POLICY=passive in the
 * environment: OpenMP's threads otherwise spin while they wait for each other, and two are far slower than one.
 * The environment variable SYNAPTOGEN_KERNEL chooses the instruction set, as with arrays.
 * Returns SYN_OK, SYN_EINVAL or SYN_ENOMEM; *out is NULL on failure. SYN_EINVAL: err names the field, the line and the
 * range; also for an ideal line with a source of 0 ohm at both ends. err may be NULL here and below. */
syn_status syn_crossbar_create(const syn_wires *w, int threads, syn_crossbar **out, syn_error *err);
void syn_crossbar_free(syn_crossbar *x); /* NULL is allowed */
size_t syn_crossbar_rows(const syn_crossbar *x);
size_t syn_crossbar_cols(const syn_crossbar *x);
size_t syn_crossbar_bytes(const syn_crossbar *x); /* memory in use */

/* Gives the crossbar linear cells of conductances g[rows x cols] [S], finite and >= 0. Copies them. Returns SYN_OK,
 * SYN_EINVAL (err names the cell) or SYN_ENOMEM; nothing has changed on failure. */
syn_status syn_crossbar_set_conductances(syn_crossbar *x, const double *g, syn_error *err);

/* Gives the crossbar nonlinear cells of fixed states r[rows x cols], each in [-1, 1]. Copies what it needs of r and m.
 * Returns as syn_crossbar_set_conductances. */
syn_status syn_crossbar_set_states(syn_crossbar *x, const syn_model *m, const double *r, syn_error *err);

/* Gives the crossbar the cells of an array of rows x cols cells. They are nonlinear, and they switch in
 * syn_crossbar_try and _step. The array must exist until the crossbar is freed or gets other cells by one of these
 * three calls. Bind it again after any other call that changes it. A read-only array can be solved for, but does not
 * switch. The first try, step, write or program takes the memory for switching, and may return SYN_ENOMEM. Returns SYN_OK or
 * SYN_EINVAL (the array has another size; nothing has changed). */
syn_status syn_crossbar_bind(syn_crossbar *x, syn_array *a, syn_error *err);

/* Disconnects the cells of rows with on[i] = 0, as access transistors that are off do; NULL: all are connected. */
void syn_crossbar_select(syn_crossbar *x, const uint8_t *on);

/* Opens the line ends with on[side][line] = 0, as switches in front of the sources do; NULL for a side whose ends stay
 * connected. An end that syn_wires calls open stays open. */
void syn_crossbar_connect(syn_crossbar *x, const uint8_t *const on[SYN_SIDES]);

/* Solves the circuit for the voltages v[side][line] [V] of the sources; the states of the cells do not change. NULL
 * for a side whose voltages are all 0. Voltages of open ends are ignored. The solution ends when the residual is
 * below 1e-10 of the scale or below 1e-30 A, or as small as rounding allows. Returns SYN_OK, SYN_EINVAL (a voltage is
 * not finite, or there are no cells), SYN_ENUMERIC (the residual is above 1e-9 of the scale; the solution is what was
 * reached) or SYN_ENOMEM. info may be NULL here and below. */
syn_status syn_crossbar_solve(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err);

/* One quasi-static step of the array that is bound. Each cell switches by its own voltage: RESETs follow their
 * transition curves; all cells that are beyond U_S in a solution SET together, and the circuit is solved again until
 * there are none. A step is a jump: where cells share a resistance and the order of their SETs within it matters, take
 * smaller steps. (The code models find that order by themselves.) The array takes over the new states. A RESET through a resistance acts back on itself, so that a
 * circuit may have several such solutions; this is one of them. Returns as syn_crossbar_solve, and SYN_EINVAL for
 * cells that cannot switch; the array has not changed on failure. */
syn_status syn_crossbar_step(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err);

/* The parts of a step, for simulators, which evaluate many solutions and accept few. A step is: restart; try and latch
 * in turns until latch counts 0; commit. */
/* Takes back all latched cells. */
void syn_crossbar_restart(syn_crossbar *x);
/* A solution in which the cells follow their voltages; the array does not change. Returns as syn_crossbar_step. */
syn_status syn_crossbar_try(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err);
/* Cells that were beyond U_S in the last try are SET in the tries that follow; *count is their number. Returns SYN_OK
 * or SYN_ENOMEM (nothing has changed). */
syn_status syn_crossbar_latch(syn_crossbar *x, size_t *count, syn_error *err);
/* The array takes over the states of the last try. */
void syn_crossbar_commit(syn_crossbar *x);

/* The calls below report the last solution. */
/* Returns the currents [A] into the array, [rows] or [cols], NAN at open ends; they are valid until the next solution.
 * side must be one of the four. */
const double *syn_crossbar_current(const syn_crossbar *x, syn_side side);
/* u[rows x cols], w[rows x cols] [V]: the nodes of the word and bit lines; either may be NULL. */
void syn_crossbar_nodes(const syn_crossbar *x, double *u, double *w);
/* u[rows x cols] [V]: across each cell without its access device; i[rows x cols] [A]: through both. Either may be
 * NULL. */
void syn_crossbar_cells(const syn_crossbar *x, double *u, double *i);
/* r[rows x cols]: the states of nonlinear cells. After syn_crossbar_try the array does not have them yet. */
void syn_crossbar_states(const syn_crossbar *x, float *r);

/* Returns the number of terminals. They are numbered in the order left, right, top, bottom, each side by line, without
 * the open ends. */
size_t syn_crossbar_ports(const syn_crossbar *x);

/* y[ports x ports] = d I_p / d V_q [S] at the states and slopes of the last solution (or of the linear conductances).
 * Exactly symmetric. A slope of a nonlinear cell below 1e-7 S counts as 1e-7 S. Only those parts of the array are
 * computed again whose cells have changed since the last call. Method: nested dissection (A. George, SIAM J. Numer.
 * Anal. 10 (1973) 345). Returns SYN_OK, SYN_EINVAL (there are no cells) or SYN_ENOMEM. */
syn_status syn_crossbar_port_matrix(syn_crossbar *x, double *y, syn_error *err);

/* The same between `count` of the ports, by one solution for each: y[count x count]. This suits a few ports of a large
 * array. All port[k] are different and below the number of ports. Returns as syn_crossbar_port_matrix, SYN_EINVAL also
 * for a port that does not exist, and SYN_ENUMERIC as syn_crossbar_solve. */
syn_status syn_crossbar_port_matrix_of(syn_crossbar *x, const size_t *port, size_t count, double *y, syn_error *err);

/* Spectral densities [A^2/Hz] of the noise of a crossbar, by origin. */
typedef struct syn_noise {
    double thermal; /* of the cells: 4 k T |I / U| each, see read.h */
    double shot;    /* of the cells: 2 q |I| each */
    double wires;   /* thermal, of all resistances: wires, ends, access devices by their slope, gmin */
} syn_noise;

/* The noise of sum_p w_p I_p, where I_p is the current into terminal p and w_p a factor weight[side][line]. The sources
 * are noiseless. Currents and slopes are those of the last solution, a slope below 1e-7 S counts as 1e-7 S. NULL for a
 * side whose factors are all 0. temperature: K, >= 0. Method: the network is reciprocal, so a noise current of 1 A across
 * a cell changes the sum by the voltage h across this cell when the terminals are at w_p volt. By Nyquist's theorem all
 * conductors g of the linear network together have 4 k T sum_p w_p I_p(w), so those that are not cells have this less
 * 4 k T sum of g h^2 over the cells. Returns SYN_OK, SYN_EINVAL (there are no cells, or a factor is not finite),
 * SYN_ENUMERIC as syn_crossbar_solve, or SYN_ENOMEM. */
syn_status syn_crossbar_noise(syn_crossbar *x, const double *const weight[SYN_SIDES], double temperature,
                              syn_noise *noise, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
