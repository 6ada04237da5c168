import Foundation
import LLMBatchTesting
import Synchronization

/// The lines that a simulator sends, to inspect afterwards.
final class SentLines: Sendable {
    private let lines = Mutex<[Data]>([])

    func take(_ files: SimulatedFiles) {
        lines.withLock { $0 += files.outputLines + files.errorLines }
    }

    var all: [Data] { lines.withLock { $0 } }
}
