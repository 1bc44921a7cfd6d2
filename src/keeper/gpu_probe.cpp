// hone-gpu-probe: is there a GPU that a command would get? Started in the sandbox with the environment of a measured
// command, because CUDA without its device nodes falls back to the CPU silently (reference 1.4). Not static, unlike
// hone-probe: the driver's library needs the machine's own loader and libc. Prints "gpu COUNT NAME" or "broken WHY".
#include <dlfcn.h>

#include <cstdio>
#include <initializer_list>

namespace {

// A function of the library, by its name; its type is the caller's word.
template <class Function>
Function find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

int broken(const char* what, int code) {
  printf("broken %s failed with %d here\n", what, code);
  return 1;
}

int report(int count, const char* name) {
  if (count < 1) return broken("counting GPUs", 100);
  printf("gpu %d %s\n", count, name);
  return 0;
}

int try_cuda(void* library) {
  const auto init = find<int (*)(unsigned)>(library, "cuInit");
  const auto get_count = find<int (*)(int*)>(library, "cuDeviceGetCount");
  const auto get_name = find<int (*)(char*, int, int)>(library, "cuDeviceGetName");
  if (init == nullptr || get_count == nullptr) return broken("finding cuInit in libcuda.so.1", 0);
  if (const int code = init(0); code != 0) return broken("cuInit", code);
  int count = 0;
  if (const int code = get_count(&count); code != 0) return broken("cuDeviceGetCount", code);
  char name[128] = "GPU";
  if (count > 0 && get_name != nullptr && get_name(name, sizeof name - 1, 0) != 0) return broken("cuDeviceGetName", 0);
  return report(count, name);
}

int try_hip(void* library) {
  const auto get_count = find<int (*)(int*)>(library, "hipGetDeviceCount");
  if (get_count == nullptr) return broken("finding hipGetDeviceCount in libamdhip64.so", 0);
  int count = 0;
  if (const int code = get_count(&count); code != 0) return broken("hipGetDeviceCount", code);
  return report(count, "AMD GPU");
}

}  // namespace

int main() {
  if (void* cuda = dlopen("libcuda.so.1", RTLD_NOW)) return try_cuda(cuda);
  const char* said = dlerror();
  char why[512];
  snprintf(why, sizeof why, "%s", said != nullptr ? said : "");
  for (const char* name : {"libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5", "libamdhip64.so"}) {
    if (void* hip = dlopen(name, RTLD_NOW)) return try_hip(hip);
  }
  printf("broken no driver library: %s\n", why);
  return 1;
}
