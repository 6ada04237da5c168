import Foundation

extension String {
    /// Equal byte by byte: `==` also treats `é` as one code point and as two as equal, which JSON and databases do not.
    package func hasSameBytes(as other: String?) -> Bool {
        guard var other, utf8.count == other.utf8.count else { return false }
        var own = self
        return own.withUTF8 { one in
            other.withUTF8 { two in
                guard let first = one.baseAddress, let second = two.baseAddress else { return one.count == two.count }
                return memcmp(first, second, one.count) == 0
            }
        }
    }
}
