import LLMBatchCore
import LLMBatchSchema
import Foundation

/// Decodes the value of one row; throws if it is not valid.
typealias RowCheck = @Sendable (_ value: [UInt8]) throws -> Void

/// Validates the answers of a typed job: which rows have a valid value, and what is wrong with the others.
///
/// A row is valid when it appears in the answer exactly once and its value matches the schema and can be decoded. An
/// answer with a row that was not requested has confused its rows, and is rejected as a whole.
struct AnswerValidator: Sendable {
    /// The verdict on one answer, for each requested row.
    struct Verdict {
        /// The value of each valid row, as JSON.
        var values: [Int: [UInt8]] = [:]
        var problems: [Int: RowProblem] = [:]
    }

    /// The definition of the job.
    let definition: TypedJobDefinition
    /// The schema of the rows in the request, which determines the layout of an answer.
    private let asked: OutputSchema?
    /// The schema that values must match.
    private let wanted: OutputSchema?
    private let decode: RowCheck?

    /// - Parameters:
    ///   - schema: the schema that values must match, when it differs from the requested one.
    ///   - decode: a further check of each value, in a process that knows the type.
    init(_ definition: TypedJobDefinition, schema: OutputSchema? = nil, decode: RowCheck? = nil) throws(LLMBatchError) {
        self.definition = definition
        asked = try definition.rowSchema
        wanted = schema ?? asked
        self.decode = decode
    }

    /// Validates the body of an answer that the provider reports as a success.
    func verdict(on line: [UInt8]?, asked: [Int]) -> Verdict {
        do throws(RowProblemError) {
            guard let line, let body = AnswerBody(resultLine: line) else {
                throw RowProblemError(.unreadable, "the answer has no readable body")
            }
            if case .embedding = definition.output { return try vectors(body, asked) }
            let text = AnswerText(try body.answerText())
            guard definition.asksPlainText else { return try rows(text, body, asked) }
            if body.isCutOff { throw RowProblemError(.cutOff, "the answer ends at the token limit") }
            return text.words.allSatisfy(\.isWhitespace)
                ? failed(asked, RowProblem(.unreadable, "the answer is empty"))
                : checked(Dictionary(asked.prefix(1).map { ($0, JSONText.quoted(text.words)) }) { first, _ in first })
        } catch {
            return failed(asked, error.problem)
        }
    }

    func failed(_ asked: [Int], _ problem: RowProblem) -> Verdict {
        Verdict(problems: Dictionary(asked.map { ($0, problem) }, uniquingKeysWith: { first, _ in first }))
    }

    // MARK: - Rows

    private func rows(_ text: AnswerText, _ body: AnswerBody, _ asked: [Int]) throws(RowProblemError) -> Verdict {
        let elements = try list(text, body)
        let strange = Set(elements.compactMap(\.rowID)).subtracting(asked)
        guard strange.isEmpty else {
            throw RowProblemError(.unexpected, "the answer has rows that were not requested: \(Self.words(strange))")
        }
        var problems: [Int: RowProblem] = [:]
        var found: [Int: [UInt8]] = [:]
        let places = Dictionary(grouping: elements.indices, by: { elements[$0].rowID })
        for number in asked {
            let places = places[number] ?? []
            guard let place = places.first, places.count == 1 else {
                problems[number] =
                    places.isEmpty
                    ? RowProblem(.missing, "the row is missing from the answer")
                    : RowProblem(.duplicate, "the answer has the row \(places.count) times")
                continue
            }
            found[number] = elements[place].output
            let violations = elements[place].violations
            if !violations.isEmpty { problems[number] = RowProblem(.schema, OutputMismatch(violations).description) }
        }
        var verdict = checked(found.filter { problems[$0.key] == nil })
        verdict.problems.merge(problems) { _, problem in problem }
        return verdict
    }

    private func list(_ text: AnswerText, _ body: AnswerBody) throws(RowProblemError) -> [GroupedRow] {
        let bytes = text.json { $0.elements("rows") != nil }
        if (try? JSONObject(bytes)) == nil, body.isCutOff {
            throw RowProblemError(.cutOff, "the answer ends at the token limit")
        }
        do { return try asked?.rows(in: bytes, dialect: definition.asking.dialect) ?? [] } catch {
            throw RowProblemError(.unreadable, "the answer does not have the requested form: \(error)")
        }
    }

    private static func words(_ numbers: Set<Int>) -> String {
        let shown = numbers.sorted().prefix(5).map(String.init).joined(separator: ", ")
        return numbers.count > 5 ? "\(shown) and \(numbers.count - 5) more" : shown
    }

    // MARK: - Values

    private func checked(_ found: [Int: [UInt8]]) -> Verdict {
        var verdict = Verdict()
        for (number, output) in found {
            do throws(RowProblemError) {
                verdict.values[number] = try value(of: output)
            } catch {
                verdict.problems[number] = error.problem
            }
        }
        return verdict
    }

    /// The value of a row, extracted from its entry in the answer.
    private func value(of output: [UInt8]) throws(RowProblemError) -> [UInt8] {
        let violations = wanted?.validate(output) ?? []
        guard violations.isEmpty else { throw RowProblemError(.schema, OutputMismatch(violations).description) }
        var value = output
        if definition.output == .text, !definition.asksPlainText {
            value = (try? JSONObject(output))?.raw("text").map(Array.init) ?? []
        }
        do { try decode?(value) } catch {
            throw RowProblemError(.decoding, "the value cannot be decoded: \(error)")
        }
        return value
    }

    private func vectors(_ body: AnswerBody, _ asked: [Int]) throws(RowProblemError) -> Verdict {
        let vectors = body.object.objects("data") ?? []
        guard vectors.count == asked.count else {
            throw RowProblemError(.unreadable, "the answer has \(vectors.count) vectors for \(asked.count) texts")
        }
        var found: [Int: [UInt8]] = [:]
        for (place, vector) in vectors.enumerated() {
            guard let index = vector.has("index") ? vector.integer("index") : place, asked.indices.contains(index),
                found[asked[index]] == nil
            else { throw RowProblemError(.unreadable, "the answer does not have one vector for each text") }
            guard let numbers = vector.elements("embedding"), !numbers.isEmpty else {
                throw RowProblemError(.unreadable, "a vector is empty, or is not written as numbers")
            }
            found[asked[index]] = vector.raw("embedding").map(Array.init)
        }
        return checked(found)
    }
}

/// Carries a problem that affects every row of an answer.
struct RowProblemError: Error {
    let problem: RowProblem

    init(_ kind: RowProblem.Kind, _ message: String) { problem = RowProblem(kind, message) }
}
