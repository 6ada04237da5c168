import Foundation
public import LLMBatchCore

/// The result of an import.
public struct ImportReport: Sendable {
    /// The batches that the storage now has as in the file, oldest first.
    public internal(set) var batches: [Batch] = []
    /// The batches that were not imported.
    public internal(set) var skipped: [Skipped] = []

    /// A batch of the file that was not imported.
    public struct Skipped: Sendable {
        public let batch: BatchID
        /// The name of the batch in the file.
        public let name: String?
        /// The reason: `wrongState` when the storage has a later state of the batch, `nameTaken` when another batch has
        /// its name, `heldElsewhere` when the storage's copy is being driven.
        public let reason: LLMBatchError

        /// True when the storage has everything in this batch, and more.
        public var isSuperseded: Bool { reason.code == .wrongState }
    }
}
