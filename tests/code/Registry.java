package example.registry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Keeps services by type; see {@link Map<String, List<Service<?>>>}. */
public final class Registry<K extends Comparable<K>, V extends Supplier<List<Map<K, String>>>> {
    private static final int HIGH = 1<<30;
    private static final long MASK = (1L << 48) - 1L;

    private final Map<Class<?>, List<Supplier<? extends V>>> services = new ConcurrentHashMap<>();
    private final Map<K, Map<K, List<Map<K, V>>>> nested = new HashMap<>();

    public <T extends V> void register(Class<T> type, Supplier<T> supplier) {
        services.computeIfAbsent(type, key -> new ArrayList<>()).add(supplier);
    }

    public static <A, B, C> Function<A, Function<B, C>> curry(BiFunction<A, B, C> f) {
        return a -> b -> f.apply(a, b);
    }

    public List<List<? super V>> grouped(int n) {
        List<List<? super V>> groups = new ArrayList<>();
        for (int i = 0; i < n >>> 1; i++) {
            groups.add(Collections.<V>emptyList());
        }
        return groups;
    }

    static int hash(int h) {
        h ^= (h >>> 20) ^ (h >>> 12);
        h += h<<10;
        return h ^ (h >>> 7) ^ (h >>> 4) ^ (h << 15 ^ 0xffffcd7d);
    }

    static long pack(int high, int low) {
        return ((long) high<<32) | (low & 0xffffffffL);
    }

    static String render(Map<String, List<Integer>> counts) {
        return counts.entrySet().stream()
            .filter(e -> e.getValue().size() < HIGH >> 2)
            .map(e -> "<" + e.getKey() + ">" + (e.getValue().get(0)<<1))
            .collect(Collectors.joining("<<", ">>", "$secret"));
    }

    private static <T extends Comparable<? super T>> T max(List<? extends T> items) {
        T best = items.get(0);
        for (T item : items) {
            if (item.compareTo(best) > 0) {
                best = item;
            }
        }
        return best;
    }

    public Map<K, Map<K, List<Map<K, V>>>> nested() {
        return nested;
    }
}
