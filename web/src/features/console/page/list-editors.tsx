"use client";
import { moved } from "@rostrum/rules";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { TextArea, TextField } from "../../../ui/field.tsx";
import type { AgendaItem, Speaker } from "./page.ts";
import { PictureField } from "./picture-field.tsx";

type ItemProps<T> = {
  item: T;
  change: (part: Partial<T>) => void;
  fault: (field: string) => string | undefined;
};
type ListProps<T> = {
  heading: string;
  add: string;
  items: T[];
  onChange: (items: T[]) => void;
  blank: () => T;
  nameOf: (item: T) => string;
  fault: (path: string) => string | undefined;
  children: (props: ItemProps<T>) => ReactNode;
};

/** A list whose items are edited, moved and removed in place. */
function ListEditor<T extends { id: string }>(props: ListProps<T>) {
  const { heading, add, items, onChange, blank, nameOf, fault, children } = props;
  return (
    <section className="card stack" aria-label={heading}>
      <h2>{heading}</h2>
      <ol className="stack">
        {items.map((item, at) => {
          const name = nameOf(item) || `number ${at + 1}`;
          return (
            <li key={item.id} className="editor-item">
              {children({
                item,
                change: (part) =>
                  onChange(items.map((one) => (one.id === item.id ? { ...one, ...part } : one))),
                fault: (field) => fault(`${at}.${field}`),
              })}
              <div className="row">
                <button
                  className="button small"
                  type="button"
                  aria-label={`Move ${name} up`}
                  disabled={at === 0}
                  onClick={() => onChange(moved(items, at, at - 1))}
                >
                  <ArrowUp size={16} aria-hidden="true" />
                </button>
                <button
                  className="button small"
                  type="button"
                  aria-label={`Move ${name} down`}
                  disabled={at === items.length - 1}
                  onClick={() => onChange(moved(items, at, at + 1))}
                >
                  <ArrowDown size={16} aria-hidden="true" />
                </button>
                <button
                  className="button small quiet"
                  type="button"
                  aria-label={`Remove ${name}`}
                  onClick={() => onChange(items.filter(({ id }) => id !== item.id))}
                >
                  <Trash2 size={16} aria-hidden="true" />
                </button>
              </div>
            </li>
          );
        })}
      </ol>
      <div>
        <button className="button" type="button" onClick={() => onChange([...items, blank()])}>
          <Plus size={18} aria-hidden="true" />
          {add}
        </button>
      </div>
    </section>
  );
}

type Of<T> = { items: T[]; onChange: (items: T[]) => void; fault: (path: string) => string | undefined };

export function SpeakersEditor({ items, onChange, fault }: Of<Speaker>) {
  return (
    <ListEditor
      heading="Speakers"
      add="Add a speaker"
      items={items}
      onChange={onChange}
      fault={fault}
      nameOf={({ name }) => name}
      blank={() => ({ id: crypto.randomUUID(), name: "", role: "", bio: "", picture: null })}
    >
      {({ item, change, fault: of }) => (
        <>
          <div className="pair">
            <TextField
              label="Speaker name"
              maxLength={80}
              value={item.name}
              onChange={(event) => change({ name: event.target.value })}
              fault={of("name")}
            />
            <TextField
              label="Role and company"
              maxLength={120}
              value={item.role}
              onChange={(event) => change({ role: event.target.value })}
              fault={of("role")}
            />
          </div>
          <PictureField
            kind="portrait"
            label="Portrait"
            value={item.picture}
            onChange={(picture) => change({ picture })}
          />
          <TextArea
            label="A few words about them"
            maxLength={600}
            value={item.bio}
            onChange={(event) => change({ bio: event.target.value })}
            fault={of("bio")}
          />
        </>
      )}
    </ListEditor>
  );
}

export function AgendaEditor({ items, onChange, fault }: Of<AgendaItem>) {
  return (
    <ListEditor
      heading="Agenda"
      add="Add an item"
      items={items}
      onChange={onChange}
      fault={fault}
      nameOf={({ title }) => title}
      blank={() => ({
        id: crypto.randomUUID(),
        minute: Math.min(1440, (items.at(-1)?.minute ?? -15) + 15),
        title: "",
        text: "",
      })}
    >
      {({ item, change, fault: of }) => (
        <>
          <div className="pair">
            <TextField
              label="Minutes from the start"
              type="number"
              min={0}
              max={1440}
              value={Number.isNaN(item.minute) ? "" : item.minute}
              onChange={(event) => change({ minute: event.target.valueAsNumber })}
              fault={of("minute")}
            />
            <TextField
              label="Item title"
              maxLength={160}
              value={item.title}
              onChange={(event) => change({ title: event.target.value })}
              fault={of("title")}
            />
          </div>
          <TextArea
            label="Item text (optional)"
            maxLength={600}
            value={item.text}
            onChange={(event) => change({ text: event.target.value })}
            fault={of("text")}
          />
        </>
      )}
    </ListEditor>
  );
}
