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
 * A candidate that is started again with the same words finds nothing that it left the last time: no new file in /tmp,
 * HOME, /dev/shm and beside the evaluator, no process; else its second run could read out the answer of its first. What it
 * must not read at all, such as the expected answers, name before: hone_candidate_hide("hidden/answers.txt"). It may read
 * new files in its TMPDIR only, then.
 *
 * Why it is safe: the secret of the run waits as one line in a socket, so it stands in no environment and can be read
 * once; a socket cannot be opened again through /proc/PID/fd; the evaluator makes itself undumpable, so the candidate
 * cannot read its memory; and the candidate inherits no descriptor but 0, 1 and 2. What the candidate prints reaches
 * only `from`. It holds in hone's sandbox: without one, a process of the same user may debug the evaluator.
 * Without hone (no HONE_METRIC_FD) the same program prints `METRIC name=value` on stdout.
 * The rules: every name is reported once, values are finite. Public domain (CC0). */
#ifndef HONE_METRIC_H
#define HONE_METRIC_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sys/xattr.h>
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
  prctl(36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0);
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

/* A list of words, sorted by nobody; for what is below. */
struct hone_words {
  char **word;
  size_t size;
};

static inline void hone_words_add(struct hone_words *list, const char *word) {
  char **more = (char **)realloc(list->word, (list->size + 1) * sizeof *more);
  if (more == NULL) abort();
  list->word = more;
  list->word[list->size] = strdup(word);
  if (list->word[list->size++] == NULL) abort();
}

static inline int hone_words_have(const struct hone_words *list, const char *word) {
  size_t i;
  for (i = 0; i < list->size; ++i)
    if (strcmp(list->word[i], word) == 0) return 1;
  return 0;
}

static inline void hone_words_clear(struct hone_words *list) {
  size_t i;
  for (i = 0; i < list->size; ++i) free(list->word[i]);
  free(list->word);
  list->word = NULL;
  list->size = 0;
}

/* What was there when the running candidate was started, and what earlier ones left, each as "words\npath". */
struct hone_left {
  struct hone_words before, modes, children, hidden, left; /* modes: those of before, in octal */
  char words[4096];
  int running;
};
static inline struct hone_left *hone_left_here(void) {
  static struct hone_left here;
  return &here;
}

/* Everything below a folder that a candidate can write to. */
static inline void hone_list_files(struct hone_words *found, const char *folder) {
  DIR *stream = opendir(folder);
  struct dirent *entry;
  while (stream != NULL && (entry = readdir(stream)) != NULL) {
    char path[4096];
    struct stat status;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= sizeof path) continue;
    if (lstat(path, &status) != 0) continue;
    hone_words_add(found, path);
    if (S_ISDIR(status.st_mode) && access(path, W_OK) == 0) hone_list_files(found, path);
  }
  if (stream != NULL) closedir(stream);
}

/* System V memory, semaphores and queues, which outlive their makers, as "shm 5". */
static inline void hone_list_shared(struct hone_words *found, const char *kind) {
  char path[64], line[512];
  int number;
  FILE *table;
  snprintf(path, sizeof path, "/proc/sysvipc/%s", kind);
  table = fopen(path, "r");
  while (table != NULL && fgets(line, sizeof line, table) != NULL) {
    if (sscanf(line, " %*d %d", &number) != 1) continue;
    snprintf(line, sizeof line, "%s %d", kind, number);
    hone_words_add(found, line);
  }
  if (table != NULL) fclose(table);
}

static inline int hone_remove_shared(const char *item) {
  const int number = (int)strtol(item + 4, NULL, 10);
  if (strncmp(item, "shm ", 4) == 0) return shmctl(number, IPC_RMID, NULL) == 0;
  if (strncmp(item, "sem ", 4) == 0) return semctl(number, 0, IPC_RMID) == 0;
  return strncmp(item, "msg ", 4) == 0 && msgctl(number, IPC_RMID, NULL) == 0;
}

static inline void hone_note_modes(struct hone_left *here) {
  size_t i;
  hone_words_clear(&here->modes);
  for (i = 0; i < here->before.size; ++i) {
    struct stat status;
    char mode[32] = "";
    if (lstat(here->before.word[i], &status) == 0 && !S_ISLNK(status.st_mode))
      snprintf(mode, sizeof mode, "%o", (unsigned)(status.st_mode & 07777));
    hone_words_add(&here->modes, mode);
  }
}

/* Nothing is to be read out of the times, modes and attributes of what was there before. */
static inline void hone_smooth(const struct hone_left *here) {
  size_t i;
  for (i = 0; i < here->before.size; ++i) {
    char names[2048];
    const char *path = here->before.word[i], *name = names;
    const ssize_t size = llistxattr(path, names, sizeof names);
    utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
    if (here->modes.word[i][0] != 0 && chmod(path, (mode_t)strtoul(here->modes.word[i], NULL, 8)) != 0) continue;
    for (; size > 0 && name < names + size; name += strlen(name) + 1) lremovexattr(path, name);
  }
}

static inline int hone_in_sandbox(void) {
  const char *artifacts = getenv("HONE_ARTIFACTS");
  return artifacts != NULL && strcmp(artifacts, "/tmp/artifacts") == 0;
}

/* In hone's sandbox all that a candidate can make; without one only what is this run's own. */
static inline void hone_list_writable(struct hone_words *found) {
  const char *artifacts = getenv("HONE_ARTIFACTS");
  if (hone_in_sandbox()) {
    hone_words_add(found, "/tmp");
    hone_words_add(found, "/dev/shm");
    hone_words_add(found, ".");
    hone_list_files(found, "/tmp");
    hone_list_files(found, "/dev/shm");
    hone_list_files(found, ".");
    hone_list_shared(found, "shm");
    hone_list_shared(found, "sem");
    hone_list_shared(found, "msg");
  } else if (artifacts != NULL) {
    hone_list_files(found, artifacts);
    if (getenv("TMPDIR") != NULL) hone_list_files(found, getenv("TMPDIR"));
    if (getenv("HOME") != NULL) hone_list_files(found, getenv("HOME"));
  }
}

static inline void hone_remove_left(struct hone_left *here) {
  const size_t length = strlen(here->words);
  struct hone_words kept = {NULL, 0};
  size_t i;
  for (i = here->left.size; i-- > 0;) { /* what is in a folder before the folder */
    char *item = here->left.word[i];
    if (strncmp(item, here->words, length) == 0 && item[length] == '\n') {
      if (remove(item + length + 1) != 0) continue;
    } else {
      hone_words_add(&kept, item);
    }
  }
  hone_words_clear(&here->left);
  here->left = kept;
}

/* The parent of a process, or 0. */
static inline pid_t hone_parent_of(const char *name) {
  char path[64], text[512], *end;
  long parent = 0;
  FILE *file;
  size_t size;
  snprintf(path, sizeof path, "/proc/%.20s/stat", name);
  file = fopen(path, "r");
  if (file == NULL) return 0;
  size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = 0;
  end = strrchr(text, ')');
  if (end == NULL || sscanf(end + 1, " %*c %ld", &parent) != 1) return 0;
  return (pid_t)parent;
}

static inline void hone_list_children(struct hone_words *found) {
  DIR *proc = hone_in_sandbox() ? opendir("/proc") : NULL; /* elsewhere it is long, and hone ends what is left */
  struct dirent *entry;
  while (proc != NULL && (entry = readdir(proc)) != NULL) {
    const int number = entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
    if (number && hone_parent_of(entry->d_name) == getpid()) hone_words_add(found, entry->d_name);
  }
  if (proc != NULL) closedir(proc);
}

/* Ends the processes that the candidate left: they are this process's children now, whatever session they made. */
static inline void hone_end_orphans(const struct hone_words *known) {
  int turn, any = 1;
  for (turn = 0; any && turn < 1000; ++turn) {
    struct hone_words now = {NULL, 0};
    size_t i;
    any = 0;
    hone_list_children(&now);
    for (i = 0; i < now.size; ++i) {
      const pid_t child = (pid_t)strtol(now.word[i], NULL, 10);
      if (hone_words_have(known, now.word[i])) continue;
      any = 1;
      kill(child, SIGKILL);
      waitpid(child, NULL, 0);
    }
    hone_words_clear(&now);
  }
}

/* Names a file or folder that no candidate started from now on can read. */
static inline void hone_candidate_hide(const char *path) {
  char *real = realpath(path, NULL);
  if (real != NULL) hone_words_add(&hone_left_here()->hidden, real);
  free(real);
}

/* Landlock: 444 to 446 on every architecture; 4 = a file may be read. */
static inline int hone_let_through(int ruleset, const char *folder) {
  const struct hone_words *hidden = &hone_left_here()->hidden;
  DIR *stream = opendir(folder[0] ? folder : "/");
  struct dirent *entry;
  int good = stream != NULL;
  while (good && (entry = readdir(stream)) != NULL) {
    char path[4096];
    struct stat status;
    size_t i;
    int below = 0;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= sizeof path) continue;
    if (lstat(path, &status) != 0 || S_ISLNK(status.st_mode) || hone_words_have(hidden, path)) continue;
    for (i = 0; i < hidden->size; ++i) {
      const size_t length = strlen(path);
      if (strncmp(hidden->word[i], path, length) == 0 && hidden->word[i][length] == '/') below = 1;
    }
    if (below) {
      good = hone_let_through(ruleset, path) == 0;
    } else {
      const int place = open(path, 010000000 /* O_PATH */ | O_CLOEXEC);
      const unsigned long long right = 4;
      char rule[12];
      if (place < 0) continue;
      memcpy(rule, &right, 8);
      memcpy(rule + 8, &place, 4);
      good = syscall(445, ruleset, 1, rule, 0) == 0;
      close(place);
    }
  }
  if (stream != NULL) closedir(stream);
  return good ? 0 : -1;
}

/* In the candidate's process, before it begins. -1 = nothing can be hidden here. */
static inline int hone_hide_now(void) {
  const unsigned long long handled = 4;
  int ruleset;
  if (hone_left_here()->hidden.size == 0) return 0;
  ruleset = (int)syscall(444, &handled, sizeof handled, 0);
  if (ruleset < 0 || hone_let_through(ruleset, "") != 0) return -1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(446, ruleset, 0) != 0) return -1;
  return close(ruleset);
}

/* Starts the candidate; `to` is its stdin and `from` its stdout. -1 = it could not be started. */
static inline pid_t hone_candidate_start(const struct hone_metric *hone, char *const argv[], int *to, int *from) {
  int in[2], out[2];
  pid_t child;
  struct hone_left *here = hone_left_here();
  if (hone->fd >= 0 && hone_metric_send(hone, "!child") < 0) return -1;
  if (hone->fd >= 0 && here->running++ == 0) {
    size_t i, used = 0;
    here->words[0] = 0;
    for (i = 0; argv[i] != NULL && used < sizeof here->words; ++i)
      used += (size_t)snprintf(here->words + used, sizeof here->words - used, "%s\t", argv[i]);
    hone_remove_left(here);
    hone_words_clear(&here->before);
    hone_words_clear(&here->children);
    hone_list_writable(&here->before);
    hone_note_modes(here);
    hone_list_children(&here->children);
  }
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
    if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0 || hone_hide_now() != 0) _exit(127);
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

/* Waits for the candidate and kills what it left. 0 = it exited with 0. */
static inline int hone_candidate_end(pid_t child) {
  struct hone_left *here = hone_left_here();
  int status = 0;
  pid_t got;
  do {
    got = waitpid(child, &status, 0);
  } while (got < 0 && errno == EINTR);
  kill(-child, SIGKILL);
  if (here->running > 0 && --here->running == 0) {
    struct hone_words now = {NULL, 0};
    size_t i;
    hone_end_orphans(&here->children);
    hone_list_writable(&now);
    for (i = 0; i < now.size; ++i) {
      char item[8200];
      if (hone_words_have(&here->before, now.word[i]) || hone_remove_shared(now.word[i])) continue;
      snprintf(item, sizeof item, "%s\n%s", here->words, now.word[i]);
      hone_words_add(&here->left, item);
    }
    hone_words_clear(&now);
    hone_smooth(here);
  }
  return got == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

#endif
