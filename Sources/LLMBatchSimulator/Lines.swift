import Foundation

/// Converts bytes to lines and back.
enum Lines {
    /// Splits at every newline; a final newline does not start another line. The lines share the data's storage.
    static func split(_ data: Data) -> [Data] {
        var lines: [Data] = []
        var start = data.startIndex
        while start < data.endIndex {
            let end = data.index(of: UInt8(ascii: "\n"), from: start) ?? data.endIndex
            lines.append(data[start..<end])
            start = end + 1
        }
        return lines
    }

    /// Joins lines, each ended by a newline.
    static func join(_ lines: [Data]) -> Data {
        var joined = Data()
        for line in lines {
            joined.append(line)
            joined.append(UInt8(ascii: "\n"))
        }
        return joined
    }
}

extension Data {
    /// The next index of a byte, found at memory speed even in debug builds.
    func index(of byte: UInt8, from start: Int) -> Int? {
        withUnsafeBytes { bytes -> Int? in
            let offset = start - startIndex
            guard offset < bytes.count, let base = bytes.baseAddress else { return nil }
            guard let hit = memchr(base + offset, Int32(byte), bytes.count - offset) else { return nil }
            return startIndex + (UnsafeRawPointer(hit) - base)
        }
    }

    /// The next range of a text, found by its first byte.
    func range(of text: String, from start: Int) -> Range<Int>? {
        let wanted = Data(text.utf8)
        guard let first = wanted.first else { return nil }
        var place = start
        while let hit = index(of: first, from: place) {
            guard hit + wanted.count <= endIndex else { return nil }
            if self[hit..<hit + wanted.count] == wanted { return hit..<hit + wanted.count }
            place = hit + 1
        }
        return nil
    }
}
