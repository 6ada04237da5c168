import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: the first stops the work where it is safe and says how to go on, the second stops at once.
final class Interruption: Sendable {
    private static let resumeCommand = Mutex<String?>(nil)

    private let received = Mutex<Int32?>(nil)

    /// Notes what to type to go on with a batch.
    static func resume(with command: String) {
        resumeCommand.withLock { $0 = command }
    }

    /// Calls `stop` at the first signal.
    func watch(_ stop: @escaping @Sendable () -> Void) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                // The handler holds its source, which so lives as long as the program.
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

    /// Ends the program in the way of an interrupted one, when a signal came.
    func exitIfInterrupted() {
        guard let number = received.withLock({ $0 }) else { return }
        if let command = Self.resumeCommand.withLock({ $0 }) {
            Terminal.say("")
            Terminal.say("Interrupted. The batch is saved. Resume with: \(command)")
        } else {
            Terminal.say("Interrupted. Nothing was stored; run the same command again.")
        }
        exit(128 + number)
    }
}
