// With -DLIBRARY a small library of the compiled mode: the functions of fluid/errors.hpp and one of its own. Without: who uses it.
#include <wherry/fluid/errors.hpp>
#ifdef LIBRARY
#include <wherry/fluid/detail/errors.ipp>
#endif

bool is_known(const wherry::error& e);

#ifdef LIBRARY
bool is_known(const wherry::error& e) { return e.code != wherry::errc{}; }
#else
int main() {
    wherry::fluid::set_warning_handler([](std::string_view, std::string_view) {});
    return is_known({.code = wherry::errc::bad_argument}) ? 0 : 1;
}
#endif
