/* SPDX-License-Identifier: MIT */
/* load_check DECK: runs a netlist in libngspice and prints what it prints. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <ngspice/sharedspice.h>

/* Each line arrives with "stdout " or "stderr " in front. */
static int on_output(char *text, int id, void *user)
{
    (void)id;
    (void)user;
    puts(text + 7);
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
    if (argc != 2) {
        fprintf(stderr, "usage: load_check DECK\n");
        return 2;
    }
    char command[4200];
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    ngSpice_Init(on_output, NULL, on_exit_request, NULL, NULL, NULL, NULL);
    snprintf(command, sizeof command, "source %s", argv[1]);
    ngSpice_Command(command);
    return 0;
}
