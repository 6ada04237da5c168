/// Finds the word that was probably meant.
package enum Suggestion {
    /// The nearest known word; nil when none is near enough.
    package static func nearest(to word: String, among known: some Sequence<String>) -> String? {
        let typed = Array(word.lowercased())
        guard !typed.isEmpty else { return nil }
        // Up to a third of the letters may be mistyped; beyond that it is another word.
        let most = max(1, typed.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in known {
            let letters = Array(candidate.lowercased())
            guard abs(letters.count - typed.count) <= most || candidate.lowercased().hasPrefix(word.lowercased()) else {
                continue
            }
            var distance = distance(typed, letters)
            if typed.count > 1, letters.starts(with: typed) { distance = min(distance, 1) }
            if distance <= most, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// ` Did you mean "list"?`, or nothing.
    package static func words(for word: String, among known: some Sequence<String>) -> String {
        nearest(to: word, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
    }

    /// The number of letters to insert, remove, replace or swap with their neighbour.
    private static func distance(_ one: [Character], _ two: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...two.count)
        for (row, letter) in one.enumerated() {
            var current = [row + 1]
            for (column, other) in two.enumerated() {
                var cost = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == two[column - 1], one[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[two.count]
    }
}
