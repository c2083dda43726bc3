/** mediasoup's hash containers by the standard library's: same interface, no extra download. */
#ifndef ROSTRUM_UNORDERED_DENSE_SHIM_H
#define ROSTRUM_UNORDERED_DENSE_SHIM_H

#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	template<typename K, typename V, typename H = std::hash<K>, typename E = std::equal_to<K>>
	using map = std::unordered_map<K, V, H, E>;

	template<typename K, typename H = std::hash<K>, typename E = std::equal_to<K>>
	using set = std::unordered_set<K, H, E>;

	template<typename K>
	using hash = std::hash<K>;
} // namespace ankerl::unordered_dense

#endif
