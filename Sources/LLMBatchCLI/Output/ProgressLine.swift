import Foundation
import LLMBatch

/// Tells how far a batch is: a bar on a terminal, plain lines now and then elsewhere.
struct ProgressLine {
    private let isInteractive = Terminal.isInteractive
    private let start = Date()
    private var first: Int?
    private var lastLine: (words: String, at: Date)?
    private var lastStatus: BatchStatus?

    mutating func show(_ record: BatchRecord) {
        let counts = record.counts
        let already = first ?? counts.finished
        first = already
        let seconds = Date().timeIntervalSince(start)
        // A few answers in the first moments tell nothing of the next.
        let isTelling = seconds >= 5 && counts.finished - already >= 10
        let rate = isTelling ? Double(counts.finished - already) / seconds : 0
        if isInteractive {
            Terminal.draw("\r\u{1B}[2K" + bar(counts) + words(record, rate))
        } else if record.status != lastStatus || Date().timeIntervalSince(lastLine?.at ?? .distantPast) > 10 {
            // What has not changed is not said again.
            let state = words(record, 0)
            if state != lastLine?.words { Terminal.say(words(record, rate)) }
            lastLine = (state, Date())
        }
        lastStatus = record.status
    }

    func finish() {
        if isInteractive { Terminal.draw("\r\u{1B}[2K") }
    }

    private func bar(_ counts: OutcomeCounts) -> String {
        let width = 24
        let filled = counts.requested > 0 ? width * counts.finished / counts.requested : 0
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] "
    }

    private func words(_ record: BatchRecord, _ rate: Double) -> String {
        let counts = record.counts
        var text = "\(record.status.rawValue) \(counts.finished)/\(counts.requested)"
        if counts.unsuccessful > 0 { text += ", \(counts.unsuccessful) unsuccessful" }
        guard rate > 0 else { return text }
        text += rate < 1 ? String(format: ", %.0f/min", rate * 60) : String(format: ", %.0f/s", rate)
        return counts.open > 0 ? text + ", \(Self.duration(Double(counts.open) / rate)) left" : text
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(clamping: seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
