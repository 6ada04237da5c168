package import Foundation

/// The inputs that are kept: seeds to begin with, and every input that once broke a reader.
package enum Corpus {
    /// `Tests/Fuzz/Corpus`, beside this file.
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    /// The inputs of a target, in the order of their names.
    static func inputs(of target: FuzzTarget) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: target.name), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }.map { [UInt8](try Data(contentsOf: $0)) }
    }

    /// Gives a target every input of its own, in the order of their names.
    ///
    /// - Returns: how many there were.
    @discardableResult
    package static func replay(_ target: FuzzTarget) throws -> Int {
        let inputs = try inputs(of: target)
        for bytes in inputs {
            // Beside the input itself its beginnings: files are cut off wherever a disk or a connection ends.
            target.read(bytes)
            for length in Set([0, bytes.count / 2, max(0, bytes.count - 1)]) {
                target.read(Array(bytes.prefix(length)))
            }
        }
        return inputs.count
    }
}
