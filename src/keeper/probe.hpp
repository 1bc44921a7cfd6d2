// What the probes know and say. See probe.cpp.
#pragma once

#include <string>
#include <vector>

// What main() was told: port=, unix=, abstract=, canary= (a file outside), forbidden= (repeated, DEVICE:INODE:PATH:
// folders that must not be writable), hidden= (repeated: paths that must not be there), name= (repeated: the variables
// of the environment), disk= (bytes), memory= (bytes, 0: no limit), processes= (of the tree, 0: an rlimit bounds them),
// loopback= (1: IP sockets are there), metric= (1: descriptor 3 is the metric channel).
struct Folder {
  unsigned long long device = 0, inode = 0;
  std::string path;
};
struct Outside {
  int port = 0;
  std::string unix_path, abstract, canary;
  std::vector<Folder> forbidden;
  std::vector<std::string> hidden, names;
  unsigned long long disk = 0, memory = 0, processes = 0;
  bool loopback = false;
  bool metric = false;
};

// The complaints of one probe.
struct Probe {
  const char* number;
  std::string broken;
  void check(bool holds, const std::string& what) {
    if (!holds && broken.empty()) broken = what;
  }
};

std::string read_file(const std::string& path);  // "" = could not

// SB15: what a run may take is bounded. In probe_limits.cpp.
void limits(const Outside&, Probe&);
