/* SPDX-License-Identifier: MIT */
/* load_check PLUG-IN DECK: loads a plug-in into libngspice, runs the operating point of a deck and prints the current of
 * its source v1. Exits with 0 if the current is finite and not zero. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <ngspice/sharedspice.h>

static int on_output(char *text, int id, void *user)
{
    (void)id;
    (void)user;
    fprintf(stderr, "%s\n", text);
    return 0;
}

static int on_exit_request(int status, NG_BOOL unload, NG_BOOL quit, int id, void *user)
{
    (void)unload;
    (void)quit;
    (void)id;
    (void)user;
    exit(status ? status : 1);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: load_check PLUG-IN DECK\n");
        return 2;
    }
    char command[4200];
    ngSpice_Init(on_output, NULL, on_exit_request, NULL, NULL, NULL, NULL);
    snprintf(command, sizeof command, "codemodel %s", argv[1]);
    ngSpice_Command(command);
    snprintf(command, sizeof command, "source %s", argv[2]);
    ngSpice_Command(command);
    ngSpice_Command("op");
    const pvector_info current = ngGet_Vec_Info("v1#branch");
    if (!current || current->v_length < 1)
        return 1;
    const double i = current->v_realdata[0];
    printf("%g\n", i);
    return isfinite(i) && i != 0 ? 0 : 1;
}
