public import Foundation

extension Date {
    /// The present, in whole milliseconds: what every storage can keep exactly, so that a copy equals its original.
    public static var thisMillisecond: Date {
        Date(timeIntervalSince1970: (Date().timeIntervalSince1970 * 1000).rounded() / 1000)
    }
}
