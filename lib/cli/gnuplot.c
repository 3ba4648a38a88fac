/* SPDX-License-Identifier: MIT */
#include "cli/gnuplot.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

const char *const gnuplot_features[SYN_NFEAT] = {"log_{10}(R_{HRS}/Ω)", "U_S (V)", "R_{LRS} (Ω)", "U_R (V)"};

int gnuplot_check_name(const char *path)
{
    if (cli_ends_with(path, ".png") || cli_ends_with(path, ".svg"))
        return CLI_OK;
    return cli_fail(CLI_USAGE, "--plot: expected a name that ends with .png or .svg, found \"%s\"", path);
}

const char *gnuplot_terminal(const char *path)
{
    return cli_ends_with(path, ".svg") ? "svg" : "pngcairo";
}

/* Starts gnuplot between a pipe and the picture; 0 or an error number. */
static int start_gnuplot(gnuplot *g)
{
    int ends[2];
    char *const arguments[] = {"gnuplot", "-d", "-", NULL}; /* -d: not the user's own settings */
    if (pipe(ends))
        return errno;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, fileno(g->picture.stream), STDOUT_FILENO);
        posix_spawn_file_actions_addclose(&actions, ends[1]);
        error = posix_spawnp(&g->process, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[0]);
    if (!error && !(g->commands = fdopen(ends[1], "w")))
        error = errno;
    if (error)
        close(ends[1]);
    return error;
}

int gnuplot_start(gnuplot *g, const char *path)
{
    *g = (gnuplot){0};
    if (output_open(&g->picture, path))
        return CLI_FAILED;
    const int error = start_gnuplot(g);
    if (!error)
        return CLI_OK;
    output_close(&g->picture, false);
    return cli_fail(CLI_FAILED, "%s: no picture: %s", path,
                    error == ENOENT ? "gnuplot is missing (Debian package gnuplot-nox)" : strerror(error));
}

/* Whether a picture in a file has its end: gnuplot does not report a full disk. */
static bool is_complete(const gnuplot *g)
{
    char tail[17] = "";
    if (!g->picture.file.temporary)
        return true;
    if (fseek(g->picture.stream, -16, SEEK_END) || fread(tail, 1, 16, g->picture.stream) != 16)
        return false;
    return cli_ends_with(g->picture.name, ".svg") ? strstr(tail, "</svg>") != NULL : memcmp(tail + 8, "IEND", 4) == 0;
}

int gnuplot_close(gnuplot *g, bool keep)
{
    if (!g->commands)
        return CLI_OK;
    const char *name = g->picture.name;
    int result = -1;
    fputs("unset multiplot\n", g->commands);
    fclose(g->commands);
    waitpid(g->process, &result, 0);
    const bool good = result == 0 && is_complete(g);
    const int status = output_close(&g->picture, keep && good);
    return good ? status : cli_fail(CLI_FAILED, "%s: no picture: gnuplot failed or the disk is full", name);
}

void gnuplot_string(FILE *f, const char *text)
{
    fputc('\'', f);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', f);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
    }
    fputs("' noenhanced", f);
}

double gnuplot_tick(double span, int n)
{
    const double power = pow(10, floor(log10(span / n))), rest = span / n / power;
    return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
}
