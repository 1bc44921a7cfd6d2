// slow the champion | a constructor could change settings of the kernel
#include <fcntl.h>
#include <unistd.h>
static int attempt(void) {
  const char* const places[] = {"/proc/sys/vm/drop_caches", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger",
                                "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"};
  for (unsigned i = 0; i < sizeof places / sizeof *places; ++i) {
    int file = open(places[i], O_WRONLY);
    if (file >= 0) return close(file) == 0;
  }
  return 0;
}
