// Answers questions about schemas as Kubernetes' own packages answer them: one question a line on standard input, one
// answer a line on standard output, both JSON. record.ts asks, and keeps the answers as fixtures of api/schema and api/crd.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"sort"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	apiservervalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/cel/common"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
)

type question struct {
	Op      string                                           `json:"op"`
	Schema  *apiextensionsv1.JSONSchemaProps                 `json:"schema"`
	Object  json.RawMessage                                  `json:"object"`
	Old     json.RawMessage                                  `json:"old"`
	Text    string                                           `json:"text"`
	Pattern string                                           `json:"pattern"`
	Formats []string                                         `json:"formats"`
	Inputs  []string                                         `json:"inputs"`
	Columns []apiextensionsv1.CustomResourceColumnDefinition `json:"columns"`
}

type problem struct {
	Reason  string `json:"reason"`
	Path    string `json:"path"`
	Message string `json:"message"`
}

var crdScheme = runtime.NewScheme()

func init() {
	install.Install(crdScheme)
	if err := apiextensionsv1.AddToScheme(clientscheme.Scheme); err != nil {
		panic(err)
	}
}

func problems(errs field.ErrorList) []problem {
	out := []problem{}
	for _, e := range errs {
		out = append(out, problem{string(e.Type), e.Field, e.ErrorBody()})
	}
	return out
}

// How often a question with several errors is asked: the order of Go's maps is another each time.
const repetitions = 200

// settle answers with the errors in the order that they always have, or sorted, and says so, where that is chance.
func settle(answer map[string]interface{}, again func() map[string]interface{}) map[string]interface{} {
	first, _ := answer["errors"].([]problem)
	for i := 0; len(first) > 1 && i < repetitions; i++ {
		if errs, _ := again()["errors"].([]problem); !slices.Equal(first, errs) {
			sort.SliceStable(first, func(i, j int) bool {
				a, b := first[i], first[j]
				if a.Path != b.Path {
					return a.Path < b.Path
				}
				return a.Message < b.Message
			})
			answer["unordered"] = true
			break
		}
	}
	return answer
}

func parse(raw json.RawMessage) (interface{}, error) {
	var v interface{}
	err := utiljson.Unmarshal(raw, &v)
	return v, err
}

func internal(schema *apiextensionsv1.JSONSchemaProps) (*apiextensions.JSONSchemaProps, error) {
	out := &apiextensions.JSONSchemaProps{}
	err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(schema, out, nil)
	return out, err
}

// custom decodes an object as a custom resource is decoded, and validates what comes out.
func custom(q question) map[string]interface{} {
	in, err := internal(q.Schema)
	if err != nil {
		return fail(err)
	}
	s, err := structuralschema.NewStructural(in)
	if err != nil {
		return fail(err)
	}
	validator, _, err := apiservervalidation.NewSchemaValidator(in)
	if err != nil {
		return fail(err)
	}
	s = s.DeepCopy()
	if err := defaulting.PruneDefaults(s); err != nil {
		return fail(err)
	}
	v, err := parse(q.Object)
	if err != nil {
		return fail(err)
	}
	answer := map[string]interface{}{}
	obj, isObject := v.(map[string]interface{})
	if isObject {
		unknown := pruning.PruneWithOptions(obj, s, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
		defaulting.PruneNonNullableNullsWithoutDefaults(obj, s)
		ferr, more := objectmeta.CoerceWithOptions(nil, obj, s, false, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
		if ferr != nil {
			answer["coercion"] = ferr.Error()
			return answer
		}
		unknown = append(append([]string{}, unknown...), more...)
		sort.Strings(unknown)
		answer["unknown"] = unknown
		defaulting.Default(obj, s)
	}
	decoded, _ := json.Marshal(v)
	answer["decoded"] = json.RawMessage(decoded)
	var errs field.ErrorList
	if len(q.Old) > 0 {
		old, err := parse(q.Old)
		if err != nil {
			return fail(err)
		}
		correlated := common.NewCorrelatedObject(v, old, &model.Structural{Structural: s})
		errs = apiservervalidation.ValidateCustomResourceUpdate(nil, v, old, validator, apiservervalidation.WithRatcheting(correlated))
		if isObject {
			errs = append(errs, objectmeta.Validate(nil, obj, s, false)...)
			if oldErrs := listtype.ValidateListSetsAndMaps(nil, s, old.(map[string]interface{})); len(oldErrs) == 0 {
				errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s, obj)...)
			}
		}
	} else {
		errs = apiservervalidation.ValidateCustomResource(nil, v, validator)
		if isObject {
			errs = append(errs, objectmeta.Validate(nil, obj, s, false)...)
			errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s, obj)...)
		}
	}
	answer["errors"] = problems(errs)
	return answer
}

// validate validates a value as it is.
func validate(q question) map[string]interface{} {
	in, err := internal(q.Schema)
	if err != nil {
		return fail(err)
	}
	validator, _, err := apiservervalidation.NewSchemaValidator(in)
	if err != nil {
		return fail(err)
	}
	v, err := parse(q.Object)
	if err != nil {
		return fail(err)
	}
	return map[string]interface{}{"errors": problems(apiservervalidation.ValidateCustomResource(nil, v, validator))}
}

func decodeCRD(raw json.RawMessage) (*apiextensions.CustomResourceDefinition, *apiextensionsv1.CustomResourceDefinition, error) {
	v1crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := utiljson.Unmarshal(raw, v1crd); err != nil {
		return nil, nil, err
	}
	crdScheme.Default(v1crd)
	out := &apiextensions.CustomResourceDefinition{}
	if err := crdScheme.Convert(v1crd, out, nil); err != nil {
		return nil, nil, err
	}
	return out, v1crd, nil
}

// crd gives a definition its defaults and validates it, as new or as an update.
func crd(q question) map[string]interface{} {
	obj, v1crd, err := decodeCRD(q.Object)
	if err != nil {
		return fail(err)
	}
	answer := map[string]interface{}{"defaulted": v1crd}
	if len(q.Old) > 0 {
		old, _, err := decodeCRD(q.Old)
		if err != nil {
			return fail(err)
		}
		answer["errors"] = problems(crdvalidation.ValidateCustomResourceDefinitionUpdate(context.Background(), obj, old))
		return answer
	}
	answer["errors"] = problems(crdvalidation.ValidateCustomResourceDefinition(context.Background(), obj))
	return answer
}

// decode decodes an object of a built-in kind strictly, and writes it again.
func decode(q question) map[string]interface{} {
	s := kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, clientscheme.Scheme, clientscheme.Scheme, kjson.SerializerOptions{Strict: true})
	text := []byte(q.Text)
	if len(text) == 0 {
		text = q.Object
	}
	obj, _, err := s.Decode(text, nil, nil)
	if err != nil {
		strict, ok := runtime.AsStrictDecodingError(err)
		if !ok || obj == nil {
			return fail(err)
		}
		said := []string{}
		for _, e := range strict.Errors() {
			said = append(said, e.Error())
		}
		return map[string]interface{}{"strict": said, "written": obj}
	}
	return map[string]interface{}{"strict": []string{}, "written": obj}
}

// pattern says whether a regular expression is one, and what it matches.
func pattern(q question) map[string]interface{} {
	re, err := regexp.Compile(q.Pattern)
	if err != nil {
		return fail(err)
	}
	verdicts := []bool{}
	for _, in := range q.Inputs {
		verdicts = append(verdicts, re.MatchString(in))
	}
	return map[string]interface{}{"verdicts": verdicts}
}

// formats says which of the inputs each format accepts.
func formats(q question) map[string]interface{} {
	accepted := map[string][]string{}
	for _, format := range q.Formats {
		accepted[format] = []string{}
		for _, in := range q.Inputs {
			if strfmt.Default.Validates(format, in) {
				accepted[format] = append(accepted[format], in)
			}
		}
	}
	return map[string]interface{}{"accepted": accepted}
}

// columns says what the columns of a definition show of an object.
func columns(q question) map[string]interface{} {
	c, err := tableconvertor.New(q.Columns)
	if err != nil {
		return fail(err)
	}
	v, err := parse(q.Object)
	if err != nil {
		return fail(err)
	}
	table, err := c.ConvertToTable(context.Background(), &unstructured.Unstructured{Object: v.(map[string]interface{})}, &metav1.TableOptions{})
	if err != nil {
		return fail(err)
	}
	return map[string]interface{}{"definitions": table.ColumnDefinitions, "cells": table.Rows[0].Cells}
}

func fail(err error) map[string]interface{} { return map[string]interface{}{"error": err.Error()} }

func main() {
	ops := map[string]func(question) map[string]interface{}{
		"custom": custom, "validate": validate, "crd": crd, "decode": decode,
		"pattern": pattern, "formats": formats, "columns": columns,
	}
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for scanner.Scan() {
		var q question
		var answer map[string]interface{}
		if err := json.Unmarshal(scanner.Bytes(), &q); err != nil {
			answer = fail(err)
		} else {
			func() {
				defer func() {
					if r := recover(); r != nil {
						answer = map[string]interface{}{"panic": fmt.Sprint(r)}
					}
				}()
				answer = settle(ops[q.Op](q), func() map[string]interface{} { return ops[q.Op](q) })
			}()
		}
		line, err := json.Marshal(answer)
		if err != nil {
			line, _ = json.Marshal(fail(err))
		}
		out.Write(line)
		out.WriteByte('\n')
	}
}
