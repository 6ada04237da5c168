public import Foundation

extension Date {
    /// The current time in whole milliseconds, which every storage can keep exactly, so that a copy equals its
    /// original.
    public static var thisMillisecond: Date {
        Date(timeIntervalSince1970: (Date().timeIntervalSince1970 * 1000).rounded() / 1000)
    }
}
