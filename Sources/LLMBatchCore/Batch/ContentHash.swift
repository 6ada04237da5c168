import Crypto
import Foundation

/// The SHA-256 of lines in order, each with a line feed: what identifies the content of a batch or of a provider job.
struct ContentHash {
    private var hash = SHA256()

    mutating func add(_ line: [UInt8]) {
        line.withUnsafeBytes { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: UInt8(ascii: "\n")) { hash.update(bufferPointer: $0) }
    }

    func finish() -> [UInt8] { Array(hash.finalize()) }
}
