/* SPDX-License-Identifier: MIT */
/* The command `synaptogen`: arguments and printing; everything else is the library's. */
#ifndef SYNAPTOGEN_CLI_H
#define SYNAPTOGEN_CLI_H

#include <stdint.h>
#include <stdio.h>
#include <synaptogen/synaptogen.h>
#include <time.h>

/* Exit status. Every function below that returns int returns one of these and has printed the reason. */
enum { CLI_OK, CLI_FAILED, CLI_USAGE };

/* Which subcommands know an option. */
enum {
    CLI_INFO = 1,
    CLI_SAMPLE = 2,
    CLI_PULSE = 4,
    CLI_IV = 8,
    CLI_PROGRAM = 16,
    CLI_READ = 32,
    CLI_VMM = 64,
    CLI_NETLIST = 128,
    CLI_SOLVE = 256,
    CLI_WRITE = 512,
    CLI_XREAD = 1024,
    CLI_EXTRACT = 2048,
    CLI_FIT = 4096,
    CLI_VALIDATE = 8192,
    CLI_ALL = 16383
};

/* Value of a CHOICE without default that was not given. */
#define CLI_ABSENT UINT64_MAX

/* The options' values, and what main makes of them before a subcommand runs. */
typedef struct cli {
    int help;
    uint64_t seed, order, cells, cycles, first, history, mode, points;
    uint64_t index, attempts;
    const char *params, *output, *name, *voltages, *plot, *targets, *report; /* NULL if absent */
    const char *state;              /* file that the command works on, NULL if absent */
    double r_init, u_min, u_max;    /* ohm (0 if absent), V, V */
    double u, bandwidth, tolerance; /* V, Hz, 1 */
    int conductance;
    uint64_t fit_order, components, degree, starts, skip; /* the first two 0 for "auto" */
    const char *sweeps, *set_name;                        /* NULL if absent */
    double u0, compliance;                                /* V, A (0 if absent) */

    /* Of netlists: */
    uint64_t rows, cols, job, drive, kind, scheme, tile;
    int picture;
    const char *pattern, *library, *state_out;
    double r_wl, r_bl, driver, sense;      /* ohm; wires per segment */
    double v_set, v_reset, v_read, v_gate; /* V; 0 if absent */
    double pulse;                          /* s, from one peak to the next */
    /* Of crossbars: */
    const char *file;
    int nodes, ports, both_ends, by_cell, each_row, sneak;
    uint64_t steps;
    int argc; /* the command as typed, for the heading */
    char **argv;

    syn_model *model;
    syn_start start; /* accepted by syn_cell_init */
} cli;

typedef struct cli_command {
    const char *name;
    unsigned bit;
    int (*run)(const cli *c);
    const char *usage, *description;
    int takes_file; /* its argument is a state file (1) or another file (2), or two: parameters and another (3) */
} cli_command;

int cmd_info(const cli *c);
int cmd_sample(const cli *c);
int cmd_pulse(const cli *c);
int cmd_iv(const cli *c);
int cmd_program(const cli *c);
int cmd_read(const cli *c);
int cmd_vmm(const cli *c);
int cmd_netlist(const cli *c);
int cmd_crossbar_solve(const cli *c);
int cmd_crossbar_write(const cli *c);
int cmd_crossbar_read(const cli *c);
int cmd_extract(const cli *c);
int cmd_fit(const cli *c);
int cmd_validate(const cli *c);

/* Prints "synaptogen: text" as one line on stderr and returns status. */
__attribute__((format(printf, 2, 3))) int cli_fail(int status, const char *format, ...);

/* The same with the library's message behind prefix. */
int cli_fail_library(const char *prefix, const syn_error *err);

/* Cell number `index` of those asked for, at its start. */
void cli_cell(const cli *c, uint64_t index, syn_cell *out);

/* A bar on a terminal, once work has taken a second. Zeroed at the start. */
typedef struct progress {
    time_t start;
    int shown;
} progress;

void progress_show(progress *p, const char *what, size_t done, size_t total);
void progress_end(const progress *p);

/* options.c */
int options_parse(const cli_command *command, int argc, char **argv, cli *c);
void options_help(const cli_command *command, FILE *f);

/* A file that appears under its name only when complete. Devices and pipes are written directly. */
typedef struct output {
    FILE *stream;
    const char *name; /* for messages */
    char *path;       /* of the finished file, NULL if written directly */
    char *temporary;
} output;

/* path NULL is standard output. */
int output_open(output *o, const char *path);
/* Finishes (keep = 1) or discards the file. A pipe whose reader went away fails silently. */
int output_close(output *o, int keep);

/* Appends ",x" with the fewest digits, 15 or 17, that read back as the same double. */
void output_number(FILE *f, double x);

/* A grid of current-voltage loops, drawn by gnuplot while the data come. */
typedef struct plot {
    output picture;
    FILE *gnuplot; /* its standard input */
    int process;
    int panels, columns, rows; /* the first `panels` cells are drawn */
    int drawing;               /* the present cell is one of them */
    int colour_bar;            /* wanted */
} plot;

int plot_check_name(const char *path);
/* Starts gnuplot, which writes into the picture what p->gnuplot tells it. */
int plot_start(plot *p, const char *path);
int plot_is_svg(const char *path);
/* A gnuplot string: 'text', with quotes doubled and no control characters. */
void plot_string(FILE *f, const char *text);
/* The largest of 1, 2, 5 times a power of ten that divides span into at least n parts. */
double plot_tick(double span, int n);
/* If c->plot is NULL, or on failure, the calls that follow do nothing. */
int plot_open(plot *p, const cli *c);
void plot_begin_cell(plot *p, const cli *c, uint64_t index);
void plot_point(plot *p, double u, double i, uint64_t cycle);
void plot_end_loop(plot *p);
void plot_end_cell(plot *p);
/* Waits for gnuplot; keep as for output_close. */
int plot_close(plot *p, int keep);

#endif
