import Foundation
import LLMBatch
import Synchronization

/// Kills the process at a named failpoint, to test that nothing is lost.
///
/// Set by `LLMBATCH_FAILPOINT=NAME` or `NAME:COUNT`; without it, nothing happens.
enum Crash {
    private static let passed = Mutex(0)

    static func arm() {
        guard let words = ProcessInfo.processInfo.environment["LLMBATCH_FAILPOINT"]?.split(separator: ":"),
            let name = words.first,
            let wanted = Failpoint(rawValue: String(name))
        else { return }
        let count = words.count > 1 ? Int(words[1]) ?? 1 : 1
        Failpoint.setHandler { failpoint in
            guard failpoint == wanted else { return }
            let number = passed.withLock { passed in
                passed += 1
                return passed
            }
            if number == count { kill(getpid(), SIGKILL) }
        }
    }
}
