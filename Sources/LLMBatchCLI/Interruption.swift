import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: the first stops at a safe point and shows how to resume, the second stops immediately.
final class Interruption: Sendable {
    private static let resumeCommand = Mutex<String?>(nil)

    private let received = Mutex<Int32?>(nil)

    /// Sets the command that resumes the batch.
    static func resume(with command: String) {
        resumeCommand.withLock { $0 = command }
    }

    /// Calls `stop` at the first signal.
    func watch(_ stop: @escaping @Sendable () -> Void) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                // The handler retains its source, which keeps it alive as long as the program.
                _ = source
                let isFirst = received.withLock { state in
                    defer { state = state ?? number }
                    return state == nil
                }
                guard isFirst else { _exit(128 + number) }
                stop()
            }
            source.resume()
        }
    }

    /// Exits as an interrupted program does, if a signal was received.
    func exitIfInterrupted() {
        guard let number = received.withLock({ $0 }) else { return }
        if let command = Self.resumeCommand.withLock({ $0 }) {
            Terminal.note("")
            Terminal.note("Interrupted. The batch is saved. Resume with: \(command)")
        } else {
            Terminal.note("Interrupted. Nothing was stored; run the same command again.")
        }
        exit(128 + number)
    }
}
