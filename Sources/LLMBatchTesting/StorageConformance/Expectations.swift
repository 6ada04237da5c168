package import LLMBatchCore

/// Requires that two values are equal.
package func expect<Value: Equatable>(
    _ actual: Value, equals expected: Value, _ context: String = "", fileID: StaticString = #fileID, line: UInt = #line
) throws {
    guard actual != expected else { return }
    throw ConformanceFailure(
        expected: String(describing: expected), actual: String(describing: actual), context: context, fileID: fileID,
        line: line)
}

/// Requires that a condition holds; `context` describes it.
package func expect(_ condition: Bool, _ context: String, fileID: StaticString = #fileID, line: UInt = #line) throws {
    guard !condition else { return }
    throw ConformanceFailure(expected: "true", actual: "false", context: context, fileID: fileID, line: line)
}

/// Requires a value that is not nil.
package func require<Value>(
    _ value: Value?, _ context: String, fileID: StaticString = #fileID, line: UInt = #line
) throws -> Value {
    if let value { return value }
    throw ConformanceFailure(expected: "a value", actual: "nil", context: context, fileID: fileID, line: line)
}

/// Requires that an operation is rejected with an ``LLMBatchError`` of this code, or of any code when nil.
@discardableResult
package func expectRefusal(
    _ code: LLMBatchError.Code?, _ context: String = "", fileID: StaticString = #fileID, line: UInt = #line,
    of body: () async throws -> Void
) async throws -> LLMBatchError {
    let wanted = "an LLMBatchError \(code?.rawValue ?? "of any code")"
    do {
        try await body()
    } catch let error as LLMBatchError {
        guard let code, code != error.code else { return error }
        throw ConformanceFailure(
            expected: wanted, actual: "\(error.code.rawValue): \(error.message)", context: context, fileID: fileID,
            line: line)
    } catch {
        throw ConformanceFailure(
            expected: wanted, actual: String(reflecting: error), context: context, fileID: fileID, line: line)
    }
    throw ConformanceFailure(expected: wanted, actual: "success", context: context, fileID: fileID, line: line)
}
