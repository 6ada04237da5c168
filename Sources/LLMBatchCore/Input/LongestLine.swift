/// How long a line may be that is read whole.
package enum LongestLine {
    /// Of a request; a longer line is refused. No provider takes one.
    package static let request = 64 * 1024 * 1024
    /// Of a result; a longer line is its request's failure, and no other's. Some services repeat the request in it, so that it
    /// has room for the longest and for an answer.
    package static let result = request + 32 * 1024 * 1024
}
