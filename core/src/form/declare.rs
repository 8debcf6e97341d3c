//! Macros that declare a section, and a section that may be absent.
//!
//! `company: Answer<Line> = required("貴社名", CASE | SALES);` declares the member `company`, which is read under the key
//! `company`, must be answered (`FieldSpec::required`), takes the rules of a [`super::Line`], and may be used for the purposes
//! of [`super::Purposes`]. A field without purposes does not compile.

/// Declares a section: its struct, its rows of the field table and its slots.
macro_rules! section {
    (
        $(#[$about:meta])*
        pub struct $name:ident { $(
            $(#[$what:meta])*
            $field:ident: $slot:ty = $need:ident($annex:literal, $purpose:ident $( | $further:ident )*)
                $( .$flag:ident($( $word:literal )?) )*;
        )+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name { $(
            #[doc = $annex]
            ///
            $(#[$what])*
            pub $field: $slot,
        )+ }

        impl $name {
            /// The section's rows of the field table.
            pub const FIELDS: &'static [$crate::form::Field] = &[ $( $crate::form::Field {
                name: stringify!($field),
                spec: $crate::form::FieldSpec::$need(
                    $annex,
                    $crate::form::Purposes::$purpose $( .or($crate::form::Purposes::$further) )*,
                ) $( .$flag($( $word )?) )*,
                kind: <$slot as $crate::form::HasKind>::KIND,
            }, )+ ];
        }

        impl $crate::form::HasKind for $name {
            const KIND: $crate::form::FieldKind = $crate::form::FieldKind::Section($name::FIELDS);
        }

        impl $crate::form::Section for $name {
            fn fields(&self) -> &'static [$crate::form::Field] {
                $name::FIELDS
            }

            fn each(&self, visit: &mut dyn FnMut(&dyn $crate::form::Slot)) {
                $( visit(&self.$field); )+
            }

            fn slot(&mut self, row: usize) -> Option<&mut dyn $crate::form::Slot> {
                let mut rows = 0_usize..;
                $( if rows.next() == Some(row) { return Some(&mut self.$field); } )+
                None
            }
        }
    };
}

/// Declares a section that may be absent: a record.
macro_rules! record {
    ($( $name:ident ),+) => { $(
        impl $crate::form::slot::Value for $name {
            const KIND: $crate::form::FieldKind = $crate::form::FieldKind::Record($name::FIELDS);

            fn read(node: $crate::json::Node<'_>, at: &$crate::path::PathCursor<'_>, diagnostics: &mut $crate::diagnostics::Diagnostics) -> $crate::form::Answer<Self> {
                $crate::form::section::read_record(node, at, diagnostics)
            }

            fn visit(&self, _: &$crate::form::Field, at: &$crate::path::PathCursor<'_>, visit: &mut $crate::form::Visit<'_, '_>) {
                $crate::form::section::visit_slots(self, at, visit);
            }

            fn write(&self, out: &mut $crate::json::Writer) {
                $crate::form::section::write(self, out);
            }
        }
    )+ };
}

pub(crate) use {record, section};
