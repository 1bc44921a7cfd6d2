// read the answer | the build includes the repository's own settings, and a constructor looks for its git folder
#include <unistd.h>
#if defined(__has_include)
#if __has_include("@REPOSITORY@/.git/config")
#define HONE_REDTEAM_BUILD 1
#endif
#endif
#ifndef HONE_REDTEAM_BUILD
#define HONE_REDTEAM_BUILD 0
#endif
static int attempt(void) { return HONE_REDTEAM_BUILD || access("@REPOSITORY@/.git", F_OK) == 0; }
