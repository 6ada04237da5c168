import LLMBatch

/// Writes lines to a file atomically.
enum LineFile {
    /// Writes the lines that `work` passes on, each with a line feed.
    ///
    /// - Throws: `file` if it cannot be written; what `work` throws.
    static func write(to path: String, _ work: ((_ line: [UInt8]) throws -> Void) async throws -> Void) async throws {
        let file = try AtomicFile(path: path)
        do {
            var bytes: [UInt8] = []
            try await work { line in
                bytes += line
                bytes.append(0x0A)
                guard bytes.count > 256 * 1024 else { return }
                try file.write(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
            try file.write(bytes)
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }
}
