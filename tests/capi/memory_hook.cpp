// Every form of new and delete that C++ has comes to the two functions of the allocator hook, with
// the alignment that was asked for.
#include <iscsi_ike.h>

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

int allocated, released;
std::size_t last_alignment;
bool is_empty;

constexpr std::size_t kPlain = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
constexpr std::align_val_t kWide{64};

bool Demand(bool holds, const char* what) {
  if (!holds) std::fprintf(stderr, "memory hook: %s\n", what);
  return holds;
}

// Took: one block was asked for since the last time, so aligned.
bool Took(void* memory, std::size_t alignment, const char* what) {
  static int before = 0;
  return Demand(memory != nullptr && allocated == ++before && last_alignment == alignment, what);
}

bool Gave(const char* what) {
  static int before = 0;
  return Demand(released == ++before, what);
}

bool Plain() {
  void* a = ::operator new(1);
  bool good = Took(a, kPlain, "new");
  void* b = ::operator new[](1);
  good = Took(b, kPlain, "new[]") && good;
  void* c = ::operator new(1, std::nothrow);
  good = Took(c, kPlain, "nothrow new") && good;
  void* d = ::operator new[](1, std::nothrow);
  good = Took(d, kPlain, "nothrow new[]") && good;
  ::operator delete(a);
  good = Gave("delete") && good;
  ::operator delete[](b);
  good = Gave("delete[]") && good;
  ::operator delete(c, std::nothrow);
  good = Gave("nothrow delete") && good;
  ::operator delete[](d, std::nothrow);
  return Gave("nothrow delete[]") && good;
}

bool Aligned() {
  void* a = ::operator new(1, kWide);
  bool good = Took(a, 64, "aligned new");
  void* b = ::operator new[](1, kWide);
  good = Took(b, 64, "aligned new[]") && good;
  void* c = ::operator new(1, kWide, std::nothrow);
  good = Took(c, 64, "aligned nothrow new") && good;
  void* d = ::operator new[](1, kWide, std::nothrow);
  good = Took(d, 64, "aligned nothrow new[]") && good;
  ::operator delete(a, kWide);
  good = Gave("aligned delete") && good;
  ::operator delete[](b, kWide);
  good = Gave("aligned delete[]") && good;
  ::operator delete(c, kWide, std::nothrow);
  good = Gave("aligned nothrow delete") && good;
  ::operator delete[](d, kWide, std::nothrow);
  return Gave("aligned nothrow delete[]") && good;
}

bool WhereThereIsNone() {
  is_empty = true;
  const bool good = ::operator new(1, std::nothrow) ==
                    nullptr&& ::operator new[](1, std::nothrow) ==
                    nullptr&& ::operator new(1, kWide, std::nothrow) ==
                    nullptr&& ::operator new[](1, kWide, std::nothrow) == nullptr;
  is_empty = false;
  return Demand(good, "nothrow where there is no memory");
}

}  // namespace

void* iscsi_ike_allocate(size_t size, size_t alignment) {
  if (is_empty) return nullptr;
  ++allocated;
  last_alignment = alignment;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void iscsi_ike_release(void* memory) {
  ++released;
  std::free(memory);
}

int main() {
  const bool plain = Plain();
  const bool aligned = Aligned();
  const bool none = WhereThereIsNone();
  return plain && aligned && none ? 0 : 1;
}
