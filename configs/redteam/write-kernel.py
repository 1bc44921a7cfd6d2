# slow the champion | could change settings of the kernel: caches, CPUs, interrupts, where cores go
import os
def attempt():
    places = ["/proc/sys/vm/drop_caches", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/randomize_va_space",
              "/proc/sysrq-trigger", "/proc/irq/default_smp_affinity", "/sys/devices/system/cpu/cpu1/online",
              "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "/sys/fs/cgroup/cgroup.procs"]
    for place in places:
        try:
            os.close(os.open(place, os.O_WRONLY))
            return True
        except OSError:
            pass
    return False
