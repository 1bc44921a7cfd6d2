#include "cli/find_base.hpp"

namespace hone::cli {

Result<git::Base> find_base(const git::Place& place, const RunSpec& spec) {
  git::Wish wish;
  for (const std::string& typed : spec.targets) wish.targets.push_back(HONE_TRY(git::rooted(place, typed)));
  for (const std::string& typed : spec.context) wish.context.push_back(HONE_TRY(git::rooted(place, typed)));
  return git::inspect(place, wish);
}

ConfigPlaces places_of(const git::Place& place) {
  return {place.work_folder.empty() ? "" : place.work_folder + "/" + place.prefix, personal_config()};
}

}  // namespace hone::cli
