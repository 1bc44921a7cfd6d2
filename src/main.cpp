#include "cli/commands.hpp"

int main(int argc, char** argv) {
  return hone::cli::run_cli(argc, argv);
}
