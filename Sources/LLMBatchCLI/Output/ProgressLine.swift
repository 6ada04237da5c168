import Foundation
import LLMBatch

/// Shows the progress of a batch: one line that is redrawn on a terminal, occasional plain lines elsewhere.
struct ProgressLine {
    private let isInteractive = Terminal.isInteractive
    /// True if only waits are shown, unless there is a terminal to draw on.
    private let isQuiet: Bool
    private var pace = Pace()
    private var lastLine: (words: String, at: Date)?
    private var lastStatus: BatchStatus?
    /// The columns of the line that is drawn.
    private var drawn = 0

    init(isQuiet: Bool = false) { self.isQuiet = isQuiet }

    mutating func show(_ moment: BatchMoment, at now: Date = Date()) {
        pace.note(moment.done, at: now)
        let status = moment.record.status
        if isInteractive {
            draw(Self.line(moment, pace, width: Terminal.width, at: now))
        } else if status != lastStatus || now.timeIntervalSince(lastLine?.at ?? .distantPast) > 10 {
            // An unchanged state is not repeated.
            let state = Self.state(moment) + (moment.trouble.map { ", \($0)" } ?? "")
            if state != lastLine?.words, !isQuiet || moment.trouble != nil {
                Terminal.note(([state] + Self.speed(moment, pace, at: now)).joined(separator: ", "))
            }
            lastLine = (state, now)
        }
        lastStatus = status
    }

    mutating func finish() {
        if isInteractive { draw("") }
    }

    /// Redraws the line. A terminal that has become narrower may have wrapped it over several rows.
    private mutating func draw(_ line: String) {
        let rows = drawn > 0 ? (drawn - 1) / max(1, Terminal.width) : 0
        let up = rows > 0 ? "\u{1B}[\(rows)A" : ""
        Terminal.draw("\r\(up)\u{1B}[J" + line)
        drawn = DisplayWidth.of(line)
    }

    /// The line for a terminal of this width: the least important part is dropped first, and the last column stays free,
    /// since writing to it would start a new row.
    static func line(_ moment: BatchMoment, _ pace: Pace, width: Int, at now: Date) -> String {
        let (state, speed) = (state(moment), speed(moment, pace, at: now))
        let waiting = moment.waiting.map { [Terminal.plain($0)] } ?? []
        let most = max(1, width - 1)
        let bar = bar(moment, width: min(24, width / 4)) + " "
        let candidates = [
            bar + ([state] + speed + waiting).joined(separator: ", "), bar + ([state] + speed).joined(separator: ", "),
            bar + state, state,
        ]
        guard let fitting = candidates.first(where: { DisplayWidth.of($0) <= most }) else {
            return DisplayWidth.cut(state, to: most)
        }
        // A reason cut short is better than none.
        guard fitting == candidates[1], let reason = waiting.first, most - DisplayWidth.of(fitting) > 16 else {
            return fitting
        }
        return DisplayWidth.cut("\(fitting), \(reason)", to: most)
    }

    private static func bar(_ moment: BatchMoment, width: Int) -> String {
        let counts = moment.record.counts
        let filled = counts.requested > 0 ? Int(Double(width) * Double(moment.done) / Double(counts.requested)) : 0
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "]"
    }

    /// `in_progress 40/100 at openai, 0 collected, 3 unsuccessful`.
    private static func state(_ moment: BatchMoment) -> String {
        let (record, counts) = (moment.record, moment.record.counts)
        var text = "\(record.status.rawValue) \(moment.done.grouped)/\(counts.requested.grouped)"
        if moment.isAhead {
            text += "\(moment.provider.map { " at \($0)" } ?? ""), \(counts.finished.grouped) collected"
        }
        if counts.unsuccessful > 0 { text += ", \(counts.unsuccessful.grouped) unsuccessful" }
        return text
    }

    private static func speed(_ moment: BatchMoment, _ pace: Pace, at now: Date) -> [String] {
        guard let rate = pace.rate(at: now) else { return [] }
        let words = rate < 1 ? String(format: "%.0f/min", rate * 60) : String(format: "%.0f/s", rate)
        let left = pace.timeLeft(moment.record.counts.requested - moment.done, at: now)
        return [words] + (left.map { ["\(WaitText.duration($0)) left"] } ?? [])
    }
}
