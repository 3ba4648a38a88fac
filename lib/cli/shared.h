/* SPDX-License-Identifier: MIT */
/* Options that several commands share, and what they make: a model, cells, the settings of write-verify. */
#ifndef CLI_SHARED_H
#define CLI_SHARED_H

#include "cli/cli.h"
#include "cli/options.h"

/* Single options, for tables over `type`. */
#define OPTION_OUTPUT(type, field)                                                                                   \
    {                                                                                                                \
        "output", "FILE", WRITES(type, field),                                                                       \
            .letter = 'o', .help = "file of the result, put in place when it is complete; standard output if absent" \
    }
#define OPTION_FIRST(type, field)                                                                                    \
    {                                                                                                                \
        "first", "K", INTEGER(type, field, 0, UINT64_MAX), .fallback = "0", .of_new_cells = true,                    \
                                                           .help = "number of the first cell"                        \
    }
#define OPTION_START(type, field)                                                                                    \
    {                                                                                                                \
        "start", "cold|stationary", CHOICE(type, field),                                                             \
            .fallback = "cold", .of_new_cells = true,                                                                \
            .help = "history before cycle 0: none, or drawn so that cycle 0 is like any other cycle"                 \
    }
#define OPTION_INIT(type, field)                                                                                     \
    {                                                                                                                \
        "init", "hrs|lrs", CHOICE(type, field), .fallback = "hrs", .of_new_cells = true,                             \
                                                .help = "state before the first pulse"                               \
    }
#define OPTION_PLOT(type, field, text)                                                                               \
    {                                                                                                                \
        "plot", "FILE", WRITES(type, field), .help = text                                                            \
    }
#define OPTION_STATE(type, field, text)                                                                              \
    {                                                                                                                \
        "state", "FILE", TEXT(type, field), .help = text                                                             \
    }

/* The parameter set, and the seed of all draws. */
typedef struct model_options {
    const char *params; /* NULL: the built-in set */
    uint64_t order;     /* 0: long memory if the set has it, else the largest in the set */
    uint64_t seed;
} model_options;
extern const cli_option options_model[];  /* --seed, --params, --order */
extern const cli_option options_params[]; /* --params alone, for commands that take the order from a state file */

/* The model at the order of the state file, if there is one, else at o->order. *out is NULL on failure. */
int model_open(const model_options *o, const char *state, syn_model **out);

/* Single cells. */
typedef struct cells_options {
    uint64_t cells, first;
    const char *name; /* of an instance, NULL if absent */
    int history;      /* syn_history */
} cells_options;
extern const cli_option options_cells[]; /* --cells, --first, --name, --start */

typedef struct cell_range {
    syn_model *model;
    uint64_t count, first, seed;
    syn_start start; /* accepted by syn_cell_init */
} cell_range;

/* r_init [ohm]: 0 if absent. The model is to be freed by cells_close, also after a failure. */
int cells_open(const model_options *model, const cells_options *o, syn_mode mode, double r_init, cell_range *out);
void cells_close(cell_range *c);
/* Cell number `index` of these, at its start. */
void cells_get(const cell_range *c, uint64_t index, syn_cell *out);

/* Read noise. */
typedef struct noise_options {
    double bandwidth; /* Hz */
    uint64_t index;   /* of the first read */
} noise_options;
extern const cli_option options_noise[]; /* --bandwidth, --index */

/* Write-verify. */
typedef struct verify_options {
    double tolerance; /* relative */
    uint64_t attempts;
    noise_options noise;
} verify_options;
extern const cli_option options_verify[]; /* --tolerance, --attempts, --bandwidth, --index */

/* The library's settings of write-verify, with those of *o in place. */
syn_program verify_settings(const syn_model *m, const verify_options *o);

/* Stuck cells, drawn before anything is written. */
typedef struct stuck_options {
    double hrs, lrs; /* shares */
} stuck_options;
extern const cli_option options_stuck[]; /* --stuck-hrs, --stuck-lrs */

int stuck_draw(const stuck_options *o, syn_array *a);

/* Wires of a crossbar and drivers of its lines. */
typedef struct wires_options {
    double r_wl, r_bl, driver; /* ohm */
} wires_options;
extern const cli_option options_wires[]; /* --r-wl, --r-bl, --driver */

#endif
