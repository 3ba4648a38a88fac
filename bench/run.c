/* SPDX-License-Identifier: MIT */
/* run SECONDS FILE COMMAND...: runs a command with a time limit, writes its output to FILE, and prints one line:
 *
 *   status,wall (s),user (s),system (s),peak resident memory (KiB)
 *
 * The status is ok, timeout, failed (exit status not 0) or crashed (ended by a signal). When the command ends, everything that
 * it has started is killed. The environment of the command has its own process number in BENCH_PID, for cpu.sh. */
#include "clock.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t expired;

static void on_alarm(int signal)
{
    (void)signal;
    expired = 1;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static void become(const char *output, char **command)
{
    const int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666), in = open("/dev/null", O_RDONLY);
    if (out < 0 || in < 0 || setpgid(0, 0) || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(127);
    char pid[24];
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    setenv("BENCH_PID", pid, 1);
    execvp(command[0], command);
    _exit(127);
}

/* Waits for the child, and kills its process group once the alarm has rung. Returns its status, -1 on an error. */
static int wait_for(pid_t child, struct rusage *use)
{
    int status;
    while (wait4(child, &status, 0, use) < 0) {
        if (errno != EINTR)
            return -1;
        if (expired)
            kill(-child, SIGKILL);
    }
    kill(-child, SIGKILL);
    return status;
}

int main(int argc, char **argv)
{
    const double limit = argc > 3 ? atof(argv[1]) : 0;
    if (!(limit > 0 && limit < 1e6)) {
        fprintf(stderr, "usage: run SECONDS FILE COMMAND...\n");
        return 2;
    }
    const struct sigaction ring = {.sa_handler = on_alarm};
    const struct itimerval timer = {.it_value = {(time_t)limit, (suseconds_t)((limit - (double)(time_t)limit) * 1e6)},
                                    .it_interval = {1, 0}};
    const double start = bench_now();
    const pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0)
        become(argv[2], argv + 3);
    setpgid(child, child); /* parent and child both do this: either may come first */
    sigaction(SIGALRM, &ring, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    struct rusage use;
    const int status = wait_for(child, &use);
    if (status == -1)
        return 1;
    const char *text = expired && WIFSIGNALED(status)              ? "timeout"
                       : WIFSIGNALED(status)                       ? "crashed"
                       : WIFEXITED(status) && !WEXITSTATUS(status) ? "ok"
                                                                   : "failed";
    printf("%s,%.6f,%.6f,%.6f,%ld\n", text, bench_now() - start, seconds(use.ru_utime), seconds(use.ru_stime),
           use.ru_maxrss);
    return 0;
}
