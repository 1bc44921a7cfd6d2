/* hone_metric.h: reports a metric to hone over its private channel, from an evaluator that runs the candidate as a
 * process of its own. One file, C or C++, Linux. Copy it next to your evaluator (outside the targets, so that hone seals
 * it) or include the installed one.
 *
 *   #include "hone_metric.h"
 *   int main(void) {
 *     struct hone_metric hone;
 *     if (hone_metric_open(&hone) < 0) return 1;            // first of all, before anything of the candidate runs
 *     int to, from;
 *     char *command[] = {(char *)"./candidate", NULL};
 *     pid_t child = hone_candidate_start(&hone, command, &to, &from);
 *     ... write the input to `to` and close it, read the answer from `from`, take the time, compare ...
 *     if (hone_candidate_end(child) != 0) return 1;
 *     return hone_metric_report(&hone, "ms", elapsed) < 0;
 *   }
 *
 * Why it is safe: the secret of the run waits as one line in a socket, so it stands in no environment and can be read
 * once; a socket cannot be opened again through /proc/PID/fd; the evaluator makes itself undumpable, so the candidate
 * cannot read its memory; and the candidate inherits no descriptor but 0, 1 and 2. What the candidate prints reaches
 * only `from`. It holds in hone's sandbox: without one, a process of the same user may debug the evaluator.
 * Without hone (no HONE_METRIC_FD) the same program prints `METRIC name=value` on stdout.
 * The rules: every name is reported once, values are finite. Public domain (CC0). */
#ifndef HONE_METRIC_H
#define HONE_METRIC_H

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct hone_metric {
  int fd;         /* -1: not run by hone */
  char nonce[65]; /* the secret of this run */
};

/* 0 = ready, -1 = the channel is there and the secret was already taken: do not measure. */
static inline int hone_metric_open(struct hone_metric *hone) {
  const char *number = getenv("HONE_METRIC_FD");
  size_t size = 0;
  hone->fd = -1;
  hone->nonce[0] = 0;
  if (number == NULL) return 0;
  hone->fd = (int)strtol(number, NULL, 10);
  unsetenv("HONE_METRIC_FD");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || fcntl(hone->fd, F_SETFD, FD_CLOEXEC) != 0) return -1;
  for (;;) {
    char letter;
    if (size + 1 >= sizeof hone->nonce || recv(hone->fd, &letter, 1, MSG_DONTWAIT) != 1) return -1;
    if (letter == '\n') break;
    hone->nonce[size++] = letter;
  }
  hone->nonce[size] = 0;
  return size > 0 ? 0 : -1;
}

static inline int hone_metric_send(const struct hone_metric *hone, const char *record) {
  char line[512];
  size_t sent = 0;
  const int size = snprintf(line, sizeof line, "%s %s\n", hone->nonce, record);
  if (size < 0 || (size_t)size >= sizeof line) return -1;
  while (sent < (size_t)size) {
    const ssize_t part = send(hone->fd, line + sent, (size_t)size - sent, MSG_NOSIGNAL);
    if (part < 0 && errno != EINTR) return -1;
    if (part > 0) sent += (size_t)part;
  }
  return 0;
}

/* `name` may end in a case: "ms[large]". Every name once. 0 = reported. */
static inline int hone_metric_report(const struct hone_metric *hone, const char *name, double value) {
  char record[400];
  int size;
  if (!isfinite(value) || strchr(name, '\n') != NULL) return -1;
  size = snprintf(record, sizeof record, "%s=%.17g", name, value);
  if (size < 0 || (size_t)size >= sizeof record) return -1;
  if (hone->fd >= 0) return hone_metric_send(hone, record);
  return printf("METRIC %s\n", record) < 0 || fflush(stdout) != 0 ? -1 : 0;
}

/* Starts the candidate; `to` is its stdin and `from` its stdout. -1 = it could not be started. */
static inline pid_t hone_candidate_start(const struct hone_metric *hone, char *const argv[], int *to, int *from) {
  int in[2], out[2];
  pid_t child;
  if (hone->fd >= 0 && hone_metric_send(hone, "!child") < 0) return -1;
  if (pipe(in) != 0) return -1;
  if (pipe(out) != 0) {
    close(in[0]);
    close(in[1]);
    return -1;
  }
  fcntl(in[1], F_SETFD, FD_CLOEXEC);
  fcntl(out[0], F_SETFD, FD_CLOEXEC);
  child = fork();
  if (child == 0) {
    int number;
    const long most = sysconf(_SC_OPEN_MAX);
    setpgid(0, 0);
    if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0) _exit(127);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0)
#endif
      for (number = 3; number < most && number < 65536; ++number) close(number);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  if (child < 0) {
    close(in[1]);
    close(out[0]);
    return -1;
  }
  setpgid(child, child);
  *to = in[1];
  *from = out[0];
  return child;
}

/* Waits for the candidate and kills what it left in its group. 0 = it exited with 0. */
static inline int hone_candidate_end(pid_t child) {
  int status = 0;
  pid_t got;
  do {
    got = waitpid(child, &status, 0);
  } while (got < 0 && errno == EINTR);
  kill(-child, SIGKILL);
  return got == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

#endif
