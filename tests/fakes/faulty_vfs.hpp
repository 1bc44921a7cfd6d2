// A layer between SQLite and the disk: counts writes and syncs, and makes the n-th of them fail as a full or broken
// disk does. While one lives it is SQLite's default; not for several threads.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "fakes/power_cut.hpp"

namespace hone::fakes {

class FaultyVfs {
 public:
  FaultyVfs() {
    real() = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs ours;
    ours = *real();
    ours.zName = "hone-faulty";
    ours.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
    ours.xOpen = &open;
    ours.xDelete = &remove;
    vfs_ = &ours;
    sqlite3_vfs_register(vfs_, 1);
    counts() = {};
  }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;
  ~FaultyVfs() {
    sqlite3_vfs_unregister(vfs_);
    sqlite3_vfs_register(real(), 1);
  }

  // The n-th write or sync from now on (1 = the next) gives `code`; with `lasting` all after it too.
  static void fail_at(std::int64_t n, int code, bool lasting) {
    counts().countdown = n;
    counts().code = code;
    counts().lasting = lasting;
  }
  static void heal() { counts().countdown = 0; }
  static bool struck() { return counts().struck; }
  static void forget_strike() { counts().struck = false; }
  // Counts syncs without making them: for benches that must fill a long night quickly.
  static void skip_syncs(bool skip) { counts().skip = skip; }
  // Told of everything that is written and synced; nullptr = nobody is.
  static void tell(PowerCut* cut) { counts().cut = cut; }
  static std::int64_t syncs() { return counts().syncs; }
  static std::int64_t written() { return counts().bytes; }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* inner;
    const char* name;
  };
  struct Counts {
    std::int64_t countdown = 0, syncs = 0, bytes = 0;
    int code = SQLITE_FULL;
    bool lasting = false, struck = false, skip = false;
    PowerCut* cut = nullptr;
  };
  static Counts& counts() {
    static Counts one;
    return one;
  }
  static sqlite3_vfs*& real() {
    static sqlite3_vfs* one = nullptr;
    return one;
  }
  static sqlite3_file* in(sqlite3_file* file) { return reinterpret_cast<File*>(file)->inner; }
  static const char* name(sqlite3_file* file) { return reinterpret_cast<File*>(file)->name; }
  static int strike() {
    Counts& c = counts();
    if (c.countdown == 0) return SQLITE_OK;
    if (c.countdown > 1) {
      --c.countdown;
      return SQLITE_OK;
    }
    if (!c.lasting) c.countdown = 0;
    c.struck = true;
    return c.code;
  }

  static int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    auto* ours = reinterpret_cast<File*>(file);
    ours->inner = reinterpret_cast<sqlite3_file*>(ours + 1);
    ours->base.pMethods = nullptr;
    ours->name = name != nullptr ? name : "";
    if (counts().cut != nullptr && *ours->name != 0) {
      std::ifstream in(ours->name, std::ios::binary);
      counts().cut->open(ours->name, {std::istreambuf_iterator<char>(in), {}});
    }
    const int code = real()->xOpen(real(), name, ours->inner, flags, out);
    if (ours->inner->pMethods != nullptr) ours->base.pMethods = methods();
    return code;
  }
  static int write(sqlite3_file* f, const void* bytes, int size, sqlite3_int64 at) {
    if (const int code = strike(); code != SQLITE_OK) {
      // A disk that fills up takes the first half.
      if (code == SQLITE_FULL) in(f)->pMethods->xWrite(in(f), bytes, size / 2, at);
      return code;
    }
    counts().bytes += size;
    if (PowerCut* cut = counts().cut; cut != nullptr && *name(f) != 0)
      cut->write(name(f), at, {static_cast<const char*>(bytes), static_cast<std::size_t>(size)});
    return in(f)->pMethods->xWrite(in(f), bytes, size, at);
  }
  static int sync(sqlite3_file* f, int flags) {
    if (const int code = strike(); code != SQLITE_OK) return code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
    ++counts().syncs;
    if (PowerCut* cut = counts().cut; cut != nullptr && *name(f) != 0) cut->sync(name(f));
    if (counts().skip) return SQLITE_OK;
    return in(f)->pMethods->xSync(in(f), flags);
  }
  static int remove(sqlite3_vfs*, const char* name, int sync) {
    if (counts().cut != nullptr) counts().cut->remove(name);
    return real()->xDelete(real(), name, sync);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    if (PowerCut* cut = counts().cut; cut != nullptr && *name(f) != 0) cut->truncate(name(f), size);
    return in(f)->pMethods->xTruncate(in(f), size);
  }
  static const sqlite3_io_methods* methods() {
    using F = sqlite3_file;
    static const sqlite3_io_methods table = {
        3,
        [](F* f) { return in(f)->pMethods->xClose(in(f)); },
        [](F* f, void* b, int n, sqlite3_int64 at) { return in(f)->pMethods->xRead(in(f), b, n, at); },
        &write,
        &truncate,
        &sync,
        [](F* f, sqlite3_int64* n) { return in(f)->pMethods->xFileSize(in(f), n); },
        [](F* f, int level) { return in(f)->pMethods->xLock(in(f), level); },
        [](F* f, int level) { return in(f)->pMethods->xUnlock(in(f), level); },
        [](F* f, int* out) { return in(f)->pMethods->xCheckReservedLock(in(f), out); },
        [](F* f, int op, void* arg) { return in(f)->pMethods->xFileControl(in(f), op, arg); },
        [](F* f) { return in(f)->pMethods->xSectorSize(in(f)); },
        [](F* f) { return in(f)->pMethods->xDeviceCharacteristics(in(f)); },
        [](F* f, int a, int b, int c, void volatile** p) { return in(f)->pMethods->xShmMap(in(f), a, b, c, p); },
        [](F* f, int a, int n, int flags) { return in(f)->pMethods->xShmLock(in(f), a, n, flags); },
        [](F* f) { in(f)->pMethods->xShmBarrier(in(f)); },
        [](F* f, int remove) { return in(f)->pMethods->xShmUnmap(in(f), remove); },
        [](F* f, sqlite3_int64 at, int n, void** p) { return in(f)->pMethods->xFetch(in(f), at, n, p); },
        [](F* f, sqlite3_int64 at, void* p) { return in(f)->pMethods->xUnfetch(in(f), at, p); }};
    return &table;
  }

  sqlite3_vfs* vfs_ = nullptr;
};

}  // namespace hone::fakes
