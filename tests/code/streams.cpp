// Bit sets, streams and templates: all the ways in which C++ writes two angle brackets.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace wire {

template <typename T>
struct Traits {
    static constexpr std::size_t bits = sizeof(T) << 3;
    static constexpr T top = T(1) << (bits - 1);
};

template <typename Key, typename Value = std::vector<std::pair<Key, std::vector<Key>>>>
class Table {
public:
    using Map = std::map<Key, std::unique_ptr<std::vector<std::map<Key, Value>>>>;

    Table& operator<<(const Key& key) {
        keys_.push_back(key);
        return *this;
    }

    Table& operator>>(Key& key) {
        key = keys_.back();
        keys_.pop_back();
        return *this;
    }

    template <typename U>
    friend std::ostream& operator<<(std::ostream& out, const Table<U>& table);

private:
    std::vector<Key> keys_;
    Map map_;
};

inline std::uint32_t rotate(std::uint32_t x, int n) {
    return (x<<n) | (x>>(32-n));
}

inline std::uint64_t spread(std::uint64_t x) {
    x = (x | (x << 16)) & 0x0000ffff0000ffffULL;
    x = (x | (x<<8)) & 0x00ff00ff00ff00ffULL;
    x ^= x << 13;
    x ^= x >> 7;
    x <<= 1;
    x >>= 1;
    return 1ull<<63 ^ x;
}

enum Flags : unsigned {
    None = 0,
    Read = 1<<0,
    Write = 1<<1,
    All = (Read|Write)<<2>>2,
};

}  // namespace wire

int main(int argc, char** argv) {
    std::ostringstream out;
    out<<"argc: "<<argc<<'\n';
    for (int i = 0; i < argc; ++i) {
        out << i << ": " << argv[i] << std::endl;
    }
    int a = 0, b = 0;
    std::istringstream in("1 2");
    in>>a>>b;
    std::cout<<out.str()<<a<<b<<std::hex<<wire::rotate(0x80000001u, 3)<<std::endl;
    std::cerr << (a<b) << (a>b) << ((a<<1)>>1) << "<<" << ">>" << '<' << std::flush;
    wire::Table<std::string> table;
    std::string last;
    table<<"one"<<"two">>last;
    auto lambda = [](auto x) { return x<<1; };
    std::vector<std::vector<int>> nested{{lambda(1)}, {lambda(2)>>1}};
    return nested[0][0]<<2>>2;
}
