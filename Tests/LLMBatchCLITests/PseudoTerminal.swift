import Foundation
import LLMBatch
import Workbench

/// Runs the tool on a terminal of a chosen width, and keeps what its screen shows.
final class PseudoTerminal: @unchecked Sendable {
    struct NoTerminal: Error {}

    private let main: Int32
    private let process = Process()
    private let received = Received()

    init(columns: Int, tool: Tool, _ arguments: [String]) throws {
        main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        guard main >= 0, let name = Self.otherSide(of: main) else { throw NoTerminal() }
        let side = open(name, O_RDWR | O_NOCTTY)
        guard side >= 0 else { throw NoTerminal() }
        let handle = FileHandle(fileDescriptor: side, closeOnDealloc: true)
        process.executableURL = Tool.binary
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LLMBATCH_") }
        environment["LLMBATCH_DB"] = tool.database
        environment["TERM"] = "xterm"
        process.environment = environment.merging(tool.environment) { $1 }
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
        resize(columns)
        try process.run()
        // What the process has open is enough: when it ends, reading does.
        try handle.close()
        // Holds the terminal until its output has ended, so that the descriptor stays open.
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(main, &buffer, buffer.count)
                guard count > 0 else { break }
                received.append(buffer[0..<count])
            }
            received.end()
        }
    }

    deinit { close(main) }

    /// Opens the way to the other side of a terminal, and names it.
    private static func otherSide(of main: Int32) -> String? {
        #if os(Linux)
            // Swift's Glibc leaves out unlockpt and ptsname; these are the calls of the system behind them.
            let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
            var isLocked: Int32 = 0
            var found: UInt32 = 0
            guard ioctl(main, unlock, &isLocked) == 0, ioctl(main, number, &found) == 0 else { return nil }
            return "/dev/pts/\(found)"
        #else
            guard grantpt(main) == 0, unlockpt(main) == 0, let name = ptsname(main) else { return nil }
            return String(cString: name)
        #endif
    }

    func resize(_ columns: Int) {
        var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(main, UInt(TIOCSWINSZ), &size)
    }

    func type(_ text: String) { _ = text.utf8CString.withUnsafeBytes { write(main, $0.baseAddress, $0.count - 1) } }

    /// All bytes so far, as text.
    var text: String { received.text }

    /// Waits until the text contains a word, for a minute at most.
    func waitFor(_ word: String) async -> Bool { await waitUntil { $0.contains(word) } }

    /// Waits until the text meets a condition, for a minute at most; false when it never did.
    func waitUntil(_ condition: @escaping @Sendable (String) -> Bool) async -> Bool {
        await Self.blocking { [received] in
            received.wait(until: Date(timeIntervalSinceNow: 60)) { text, _ in condition(text) }
        }
    }

    /// Waits until the process has ended and all its output has arrived.
    func ended() async -> Int32 {
        _ = await Self.blocking { [process, received] in
            process.waitUntilExit()
            return received.wait(until: Date(timeIntervalSinceNow: 60)) { _, hasEnded in hasEnded }
        }
        return process.terminationStatus
    }

    /// Runs a function that blocks its thread, which must not be one of the few that run tasks.
    private static func blocking(_ body: @escaping @Sendable () -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// The bytes that have arrived. Whoever waits is woken by each arrival.
    private final class Received: @unchecked Sendable {
        private let condition = NSCondition()
        private var bytes: [UInt8] = []
        private var hasEnded = false

        func append(_ more: ArraySlice<UInt8>) {
            condition.withLock { bytes += more }
            condition.broadcast()
        }

        func end() {
            condition.withLock { hasEnded = true }
            condition.broadcast()
        }

        var text: String { condition.withLock { String(decoding: bytes, as: UTF8.self) } }

        /// False when the deadline passes first.
        func wait(until deadline: Date, _ isMet: (String, _ hasEnded: Bool) -> Bool) -> Bool {
            condition.withLock {
                while !isMet(String(decoding: bytes, as: UTF8.self), hasEnded) {
                    guard !hasEnded, condition.wait(until: deadline) else {
                        return isMet(String(decoding: bytes, as: UTF8.self), hasEnded)
                    }
                }
                return true
            }
        }
    }

    /// What the screen shows after a text, line by line, and the widest row that was drawn.
    static func screen(_ text: String, columns: Int) -> (rows: [String], wrapped: Int) {
        var rows = [""]
        var (row, column, wrapped) = (0, 0, 0)
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n":
                row += 1
                if row == rows.count { rows.append("") }
            case "\u{1B}":
                guard rest.popFirst() == "[" else { break }
                var number = ""
                while let next = rest.first, next.properties.numericType != nil {
                    number.unicodeScalars.append(rest.removeFirst())
                }
                switch rest.popFirst() {
                case "A": row = max(0, row - (Int(number) ?? 1))
                case "J":
                    rows.removeLast(rows.count - row - 1)
                    rows[row] = String(rows[row].prefix(column))
                case "K": rows[row] = ""
                default: break
                }
            default:
                if column == columns {
                    (row, column, wrapped) = (row + 1, 0, wrapped + 1)
                    if row == rows.count { rows.append("") }
                }
                var letters = Array(rows[row])
                while letters.count <= column { letters.append(" ") }
                letters[column] = Character(scalar)
                rows[row] = String(letters)
                column += 1
            }
        }
        return (rows, wrapped)
    }
}
